/// The parameters that Stripe's API accepts, for the endpoints that the sandbox plays or will play.
///
/// - Source: Stripe's Python SDK 16.1.0 (API version 2026-10-28.endive). One endpoint per
///   unindented line, its parameters below; `a[b c]` stands for `a[b]` and `a[c]`, `metadata[*]`
///   for any key, `expand[]` for a list. Levels below the second are not listed.
enum StripeParameterTable {
  static let text = #"""
    GET /v1/account
      expand expand[]
    POST /v1/account_links
      account collect collection_options collection_options[fields future_requirements] expand
      expand[] refresh_url return_url type
    GET /v1/accounts
      created created[gt gte lt lte] ending_before expand expand[] limit starting_after
    POST /v1/accounts
      account_token business_profile business_profile[annual_revenue estimated_worker_count mcc
      minority_owned_business_designation monthly_estimated_revenue name product_description
      specified_commercial_transactions_act_url support_address support_email support_phone
      support_url url] business_profile[minority_owned_business_designation][] business_type
      capabilities capabilities[acss_debit_payments affirm_payments afterpay_clearpay_payments
      alma_payments amazon_pay_payments app_distribution au_becs_debit_payments
      bacs_debit_payments bancontact_payments bank_transfer_payments billie_payments
      bizum_payments blik_payments blik_recurring_payments boleto_payments card_issuing
      card_payments cartes_bancaires_payments cashapp_payments crypto_payments eps_payments
      fpx_payments gb_bank_transfer_payments giropay_payments grabpay_payments ideal_payments
      india_international_payments jcb_payments jp_bank_transfer_payments kakao_pay_payments
      klarna_payments konbini_payments kr_card_payments legacy_payments link_payments
      mb_way_payments mobilepay_payments multibanco_payments mx_bank_transfer_payments
      naver_pay_payments nz_bank_account_becs_debit_payments oxxo_payments p24_payments
      pay_by_bank_payments payco_payments paynow_payments paypay_payments payto_payments
      pix_payments promptpay_payments revolut_pay_payments samsung_pay_payments satispay_payments
      scalapay_payments sepa_bank_transfer_payments sepa_debit_payments sequra_payments
      sofort_payments sunbit_payments swish_payments tax_reporting_us_1099_k
      tax_reporting_us_1099_misc transfers treasury twint_payments upi_payments
      us_bank_account_ach_payments us_bank_transfer_payments wero_payments zip_payments] company
      company[address address_kana address_kanji administrative_address directors_provided
      directorship_declaration executives_provided export_license_id export_purpose_code name
      name_kana name_kanji owners_provided ownership_declaration ownership_exemption_reason phone
      physical_address principal_place_of_business registration_date registration_number
      representative_declaration structure tax_id tax_id_registrar vat_id verification] controller
      controller[fees losses requirement_collection stripe_dashboard] country default_currency
      documents documents[bank_account_ownership_verification company_license
      company_memorandum_of_association company_ministerial_decree
      company_registration_verification company_tax_id_verification proof_of_address
      proof_of_business_presence proof_of_ultimate_beneficial_ownership] email expand expand[]
      external_account external_account[account_holder_name account_holder_type account_number
      address_city address_country address_line1 address_line2 address_state address_zip country
      currency cvc default_for_currency exp_month exp_year metadata name number object
      routing_number token] groups groups[payments_pricing] individual individual[address
      address_kana address_kanji dob email first_name first_name_kana first_name_kanji
      full_name_aliases gender id_number id_number_secondary last_name last_name_kana
      last_name_kanji maiden_name metadata phone political_exposure registered_address
      relationship ssn_last_4 verification] individual[full_name_aliases][] metadata metadata[*]
      settings settings[bacs_debit_payments branding card_issuing card_payments invoices payments
      payouts paypay_payments sepa_debit_payments treasury] tos_acceptance tos_acceptance[date ip
      service_agreement user_agent] type
    DELETE /v1/accounts/{account}
    GET /v1/accounts/{account}
      expand expand[]
    POST /v1/accounts/{account}
      account_token business_profile business_profile[annual_revenue estimated_worker_count mcc
      minority_owned_business_designation monthly_estimated_revenue name product_description
      specified_commercial_transactions_act_url support_address support_email support_phone
      support_url url] business_profile[minority_owned_business_designation][] business_type
      capabilities capabilities[acss_debit_payments affirm_payments afterpay_clearpay_payments
      alma_payments amazon_pay_payments app_distribution au_becs_debit_payments
      bacs_debit_payments bancontact_payments bank_transfer_payments billie_payments
      bizum_payments blik_payments blik_recurring_payments boleto_payments card_issuing
      card_payments cartes_bancaires_payments cashapp_payments crypto_payments eps_payments
      fpx_payments gb_bank_transfer_payments giropay_payments grabpay_payments ideal_payments
      india_international_payments jcb_payments jp_bank_transfer_payments kakao_pay_payments
      klarna_payments konbini_payments kr_card_payments legacy_payments link_payments
      mb_way_payments mobilepay_payments multibanco_payments mx_bank_transfer_payments
      naver_pay_payments nz_bank_account_becs_debit_payments oxxo_payments p24_payments
      pay_by_bank_payments payco_payments paynow_payments paypay_payments payto_payments
      pix_payments promptpay_payments revolut_pay_payments samsung_pay_payments satispay_payments
      scalapay_payments sepa_bank_transfer_payments sepa_debit_payments sequra_payments
      sofort_payments sunbit_payments swish_payments tax_reporting_us_1099_k
      tax_reporting_us_1099_misc transfers treasury twint_payments upi_payments
      us_bank_account_ach_payments us_bank_transfer_payments wero_payments zip_payments] company
      company[address address_kana address_kanji administrative_address directors_provided
      directorship_declaration executives_provided export_license_id export_purpose_code name
      name_kana name_kanji owners_provided ownership_declaration ownership_exemption_reason phone
      physical_address principal_place_of_business registration_date registration_number
      representative_declaration structure tax_id tax_id_registrar vat_id verification]
      default_currency documents documents[bank_account_ownership_verification company_license
      company_memorandum_of_association company_ministerial_decree
      company_registration_verification company_tax_id_verification proof_of_address
      proof_of_business_presence proof_of_registration proof_of_ultimate_beneficial_ownership]
      email expand expand[] external_account external_account[account_holder_name
      account_holder_type account_number address_city address_country address_line1 address_line2
      address_state address_zip country currency cvc default_for_currency exp_month exp_year
      metadata name number object routing_number token] groups groups[payments_pricing] individual
      individual[address address_kana address_kanji dob email first_name first_name_kana
      first_name_kanji full_name_aliases gender id_number id_number_secondary last_name
      last_name_kana last_name_kanji maiden_name metadata phone political_exposure
      registered_address relationship ssn_last_4 verification] individual[full_name_aliases][]
      metadata metadata[*] settings settings[bacs_debit_payments branding card_issuing
      card_payments invoices payments payouts paypay_payments sepa_debit_payments treasury]
      tos_acceptance tos_acceptance[date ip service_agreement user_agent]
    GET /v1/accounts/{account}/capabilities
      expand expand[]
    GET /v1/accounts/{account}/capabilities/{capability}
      expand expand[]
    POST /v1/accounts/{account}/capabilities/{capability}
      expand expand[] requested
    GET /v1/accounts/{account}/external_accounts
      ending_before expand expand[] limit object starting_after
    POST /v1/accounts/{account}/external_accounts
      default_for_currency expand expand[] external_account external_account[account_holder_name
      account_holder_type account_number address_city address_country address_line1 address_line2
      address_state address_zip country currency cvc exp_month exp_year metadata name number
      object routing_number token] metadata metadata[*]
    POST /v1/accounts/{account}/login_links
      expand expand[]
    POST /v1/accounts/{account}/reject
      expand expand[] payouts_action reason
    GET /v1/balance
      expand expand[]
    GET /v1/balance_transactions
      created created[gt gte lt lte] currency ending_before expand expand[] limit payout source
      starting_after type
    GET /v1/balance_transactions/{id}
      expand expand[]
    GET /v1/charges
      created created[gt gte lt lte] customer ending_before expand expand[] limit payment_intent
      starting_after transfer_group
    GET /v1/charges/{charge}
      expand expand[]
    POST /v1/charges/{charge}
      customer description expand expand[] fraud_details fraud_details[user_report] metadata
      metadata[*] receipt_email shipping shipping[address carrier name phone tracking_number]
      transfer_group
    POST /v1/charges/{charge}/capture
      amount application_fee application_fee_amount expand expand[] receipt_email
      statement_descriptor statement_descriptor_suffix transfer_data transfer_data[amount]
      transfer_group
    GET /v1/disputes
      charge created created[gt gte lt lte] ending_before expand expand[] limit payment_intent
      starting_after
    GET /v1/disputes/{dispute}
      expand expand[]
    POST /v1/disputes/{dispute}
      evidence evidence[access_activity_log appeal billing_address cancellation_policy
      cancellation_policy_disclosure cancellation_rebuttal customer_communication
      customer_email_address customer_name customer_purchase_ip customer_signature
      duplicate_charge_documentation duplicate_charge_explanation duplicate_charge_id
      enhanced_evidence product_description receipt refund_policy refund_policy_disclosure
      refund_refusal_explanation service_date service_documentation shipping_address
      shipping_carrier shipping_date shipping_documentation shipping_tracking_number
      uncategorized_file uncategorized_text] expand expand[] intended_submission_method metadata
      metadata[*] submit
    POST /v1/disputes/{dispute}/close
      expand expand[]
    GET /v1/events
      created created[gt gte lt lte] delivery_success ending_before expand expand[] limit
      starting_after type types types[]
    GET /v1/events/{id}
      expand expand[]
    GET /v1/payment_intents
      created created[gt gte lt lte] customer customer_account ending_before expand expand[] limit
      starting_after
    GET /v1/payment_intents/{intent}
      client_secret expand expand[]
    POST /v1/payment_intents/{intent}
      allowed_payment_method_types allowed_payment_method_types[] amount amount_details
      amount_details[discount_amount enforce_arithmetic_validation line_items shipping tax]
      application_fee_amount capture_method currency customer customer_account description
      excluded_payment_method_types excluded_payment_method_types[] expand expand[] hooks
      hooks[inputs] metadata metadata[*] payment_details payment_details[customer_reference
      order_reference] payment_method payment_method_configuration payment_method_data
      payment_method_data[acss_debit affirm afterpay_clearpay alipay allow_redisplay alma
      amazon_pay au_becs_debit bacs_debit bancontact billie billing_details bizum blik boleto
      cashapp crypto customer_balance eps fpx giropay grabpay ideal interac_present kakao_pay
      klarna konbini kr_card link mb_way metadata mobilepay multibanco naver_pay nz_bank_account
      oxxo p24 pay_by_bank payco paynow paypal paypay payto pix promptpay radar_options
      revolut_pay samsung_pay satispay scalapay sepa_debit sequra sofort sunbit swish twint type
      upi us_bank_account wechat_pay zip] payment_method_options payment_method_options[acss_debit
      affirm afterpay_clearpay alipay alma amazon_pay au_becs_debit bacs_debit bancontact billie
      bizum blik boleto card card_present cashapp crypto customer_balance eps fpx giropay grabpay
      ideal interac_present kakao_pay klarna konbini kr_card link mb_way mobilepay multibanco
      naver_pay nz_bank_account oxxo p24 pay_by_bank payco paynow paypal paypay payto pix
      promptpay revolut_pay samsung_pay satispay scalapay sepa_debit sequra sofort sunbit swish
      twint upi us_bank_account wechat_pay zip] receipt_email setup_future_usage shipping
      shipping[address carrier name phone tracking_number] statement_descriptor
      statement_descriptor_suffix transfer_data transfer_data[amount description metadata
      payment_data] transfer_group
    POST /v1/payment_intents/{intent}/cancel
      cancellation_reason expand expand[]
    POST /v1/payment_intents/{intent}/capture
      amount_details amount_details[discount_amount enforce_arithmetic_validation line_items
      shipping tax] amount_to_capture application_fee_amount expand expand[] final_capture hooks
      hooks[inputs] metadata metadata[*] payment_details payment_details[customer_reference
      order_reference] statement_descriptor statement_descriptor_suffix transfer_data
      transfer_data[amount]
    GET /v1/payouts
      arrival_date arrival_date[gt gte lt lte] created created[gt gte lt lte] destination
      ending_before expand expand[] limit starting_after status
    POST /v1/payouts
      amount currency description destination expand expand[] metadata metadata[*] method
      payout_method source_type statement_descriptor
    GET /v1/payouts/{payout}
      expand expand[]
    POST /v1/payouts/{payout}
      expand expand[] metadata metadata[*]
    POST /v1/payouts/{payout}/cancel
      expand expand[]
    POST /v1/payouts/{payout}/reverse
      expand expand[] metadata metadata[*]
    GET /v1/refunds
      charge created created[gt gte lt lte] ending_before expand expand[] limit payment_intent
      starting_after
    POST /v1/refunds
      amount charge currency customer expand expand[] instructions_email metadata metadata[*]
      origin payment_intent reason refund_application_fee reverse_transfer
    GET /v1/refunds/{refund}
      expand expand[]
    POST /v1/refunds/{refund}
      expand expand[] metadata metadata[*]
    POST /v1/refunds/{refund}/cancel
      expand expand[]
    GET /v1/transfers
      created created[gt gte lt lte] destination ending_before expand expand[] limit
      starting_after transfer_group
    POST /v1/transfers
      amount currency description destination expand expand[] metadata metadata[*]
      source_transaction source_type transfer_group
    GET /v1/transfers/{id}/reversals
      ending_before expand expand[] limit starting_after
    POST /v1/transfers/{id}/reversals
      amount description expand expand[] metadata metadata[*] refund_application_fee
    GET /v1/transfers/{transfer}
      expand expand[]
    POST /v1/transfers/{transfer}
      description expand expand[] metadata metadata[*]
    GET /v1/transfers/{transfer}/reversals/{id}
      expand expand[]
    POST /v1/transfers/{transfer}/reversals/{id}
      expand expand[] metadata metadata[*]
    GET /v1/webhook_endpoints
      ending_before expand expand[] limit starting_after
    POST /v1/webhook_endpoints
      api_version connect description enabled_events enabled_events[] expand expand[] metadata
      metadata[*] url
    DELETE /v1/webhook_endpoints/{webhook_endpoint}
    GET /v1/webhook_endpoints/{webhook_endpoint}
      expand expand[]
    POST /v1/webhook_endpoints/{webhook_endpoint}
      description disabled enabled_events enabled_events[] expand expand[] metadata metadata[*]
      url
    """#
}
