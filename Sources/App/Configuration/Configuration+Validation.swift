import Decisions
import Domain

extension Configuration {
  /// `PAYMENT_VALIDATION` and what belongs to it; the mode of the key is filled in by `parse`.
  static func validation(_ reader: inout EnvironmentReader) -> ValidationPolicy {
    ValidationPolicy(
      mode: reader.choice("PAYMENT_VALIDATION", default: .validateAndCapture),
      confirmsAfterCapture: reader.boolean(["PA01_AFTER_CAPTURE"], default: false),
      amountCheck: reader.choice("PAYMENT_AMOUNT_CHECK", default: .strict),
      refuseAfterMs: refuseAfterMs(&reader),
      deadlineWarningMs: Int64(
        reader.integer("CAPTURE_DEADLINE_WARNING_HOURS", in: 0...720, default: 24)) * 3_600_000)
  }

  private static func refuseAfterMs(_ reader: inout EnvironmentReader) -> Int64? {
    let name = "REFUSE_FAILED_PAYMENTS_AFTER_MINUTES"
    if reader.value(name)?.lowercased() == "off" { return nil }
    return Int64(reader.integer(name, in: 0...525_600, default: 60)) * 60_000
  }
}
