import Domain
import Logging

extension Job {
  /// What identifies it in the log: never data, never a secret.
  var labels: Logger.Metadata {
    [
      "job": .string("\(kind.rawValue)"), "key": .string(key),
      "attempt": .stringConvertible(attempts),
    ]
  }
}
