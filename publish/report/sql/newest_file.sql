select max(file_seq) as file_seq, max(accepted_at) as accepted_at from landing_files
