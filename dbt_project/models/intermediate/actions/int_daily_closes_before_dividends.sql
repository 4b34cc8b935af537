{{ closes_before_dividends(
    ref('corporate_actions'), ref('bar_versions'), ref('providers')
) }}
