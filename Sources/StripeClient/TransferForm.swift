import Domain
import HTTPClient

/// The parameters of `POST /v1/transfers`.
///
/// The same request must give the same parameters for as long as its key lives, or Stripe refuses
/// the key; metadata is therefore sorted, and a request that brings a `pluginVersion` keeps it.
enum TransferForm {
  static func parameters(_ request: TransferRequest, pluginVersion: String) -> FormBody {
    var form = FormBody()
    form.append("amount", String(request.amount.minorUnits))
    form.append("currency", request.amount.currency.stripeCode)
    form.append("destination", request.destination.rawValue)
    form.append("source_transaction", request.sourceCharge?.rawValue)
    form.append("transfer_group", request.transferGroup)
    form.append("description", request.description.isEmpty ? nil : request.description)
    let own = ["pluginName": "MiraklConnector", "pluginVersion": pluginVersion]
    let metadata = request.metadata.merging(own) { given, _ in given }
    for (name, value) in metadata.sorted(by: { $0.key < $1.key }) {
      form.append("metadata[\(name)]", value)
    }
    return form
  }
}
