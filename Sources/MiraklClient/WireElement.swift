import Domain
import HTTPClient

/// What a page element of one kind is made from.
protocol WireValue: Decodable {
  associatedtype Snapshot: Sendable & Hashable
  var snapshot: Snapshot { get }
  /// What of an element that cannot be read can still be said.
  static func describe(_ fields: Fields?, _ problem: WireProblem) -> UnreadableElement
}

/// One element of a list, decoded by itself: reading it never fails, so that an unreadable element
/// does not spoil its page (Q7).
struct WireElement<Wire: WireValue>: Decodable {
  let element: PageElement<Wire.Snapshot>

  init(from decoder: any Decoder) {
    do { element = .readable(try Wire(from: decoder).snapshot) } catch {
      // The path begins at the element: which place it has on the page helps nobody.
      let problem = WireProblem(error, skipping: decoder.codingPath.count)
      element = .unreadable(Wire.describe(try? Fields(decoder), problem))
    }
  }
}
