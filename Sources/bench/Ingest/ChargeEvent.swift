/// A `charge.succeeded` event as Stripe sends it, indented, 3 KB. Zeros stand where each event has
/// its own id and that of its charge.
enum ChargeEvent {
  static let id = "evt_000000000000000000000000"
  static let chargeID = "ch_000000000000000000000000"

  static let template = """
    {
      "id": "evt_000000000000000000000000",
      "object": "event",
      "api_version": "2026-08-26.dahlia",
      "created": 1764000000,
      "data": {
        "object": {
          "id": "ch_000000000000000000000000",
          "object": "charge",
          "amount": 100,
          "amount_captured": 100,
          "amount_refunded": 0,
          "application": null,
          "application_fee": null,
          "application_fee_amount": null,
          "balance_transaction": "txn_1PgaxNB7WZ01zgkWEV3TLf40",
          "billing_details": {
            "address": {
              "city": null,
              "country": null,
              "line1": null,
              "line2": null,
              "postal_code": "94107",
              "state": null
            },
            "email": "jenny.rosen@example.com",
            "name": "Jenny Rosen",
            "phone": null,
            "tax_id": null
          },
          "calculated_statement_descriptor": "MARKETPLACE",
          "captured": true,
          "created": 1764000000,
          "currency": "eur",
          "customer": null,
          "description": "Order_00007: one oak table, 180 x 90 cm, and four chairs",
          "disputed": false,
          "failure_balance_transaction": null,
          "failure_code": null,
          "failure_message": null,
          "fraud_details": {},
          "livemode": false,
          "metadata": {
            "mirakl_commercial_order_id": "Order_00007"
          },
          "on_behalf_of": null,
          "outcome": {
            "advice_code": null,
            "network_advice_code": null,
            "network_decline_code": null,
            "network_status": "approved_by_network",
            "reason": null,
            "risk_level": "normal",
            "risk_score": 24,
            "seller_message": "Payment complete.",
            "type": "authorized"
          },
          "paid": true,
          "payment_intent": null,
          "payment_method": "card_1PgaftB7WZ01zgkWm3waTcFp",
          "payment_method_details": {
            "card": {
              "amount_authorized": 100,
              "brand": "visa",
              "checks": {
                "address_line1_check": null,
                "address_postal_code_check": "pass",
                "cvc_check": "pass"
              },
              "country": "US",
              "exp_month": 8,
              "exp_year": 2030,
              "fingerprint": "AOB934RVNwzk6xtn",
              "funding": "credit",
              "installments": null,
              "last4": "4242",
              "network": "visa",
              "three_d_secure": null,
              "wallet": null
            },
            "type": "card"
          },
          "receipt_email": null,
          "receipt_url": "https://pay.stripe.com/receipts/payment/CAcaFwoVYWNjdF8xUGdhZlRCN1da",
          "refunded": false,
          "review": null,
          "shipping": null,
          "source_transfer": null,
          "statement_descriptor": null,
            "statement_descriptor_suffix": null,
          "status": "succeeded",
          "transfer_data": null,
          "transfer_group": null
        }
      },
      "livemode": false,
      "pending_webhooks": 1,
      "request": {
        "id": "req_Yp1VhR1zBwTGzq",
        "idempotency_key": "order-00007-1"
      },
      "type": "charge.succeeded"
    }
    """
}
