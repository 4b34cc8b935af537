{{ actions_chosen(ref('corporate_actions'), ref('providers')) }}
