import HTTPFormat
import Testing

@testable import HTTPServer

@Suite("Exchange") struct ExchangeTests {
  private let mailbox: Mailbox
  init() throws { mailbox = try Mailbox() }

  private func posted() -> [Mailbox.Answer] {
    var answers: [Mailbox.Answer] = []
    _ = mailbox.collect(into: &answers)
    return answers
  }

  private func exchange(isDetached: Bool = false) -> Exchange {
    Exchange(mailbox: mailbox, connection: 7, number: 8, isDetached: isDetached)
  }

  private func status(_ reply: Reply?) -> Int? {
    guard case .response(let response) = reply else { return nil }
    return response.status
  }

  @Test("an answer within the handler's call is handed over directly, the first one")
  func answersAtOnce() {
    let exchange = exchange()
    exchange.reply(.response(.text(200, "")))
    exchange.reply(.response(.text(201, "")))
    #expect(status(exchange.takeAnswer()) == 200)
    exchange.reply(.response(.text(202, "")))
    #expect(posted().isEmpty)
  }

  @Test("a later answer is posted, once")
  func answersLater() {
    let exchange = exchange()
    #expect(exchange.takeAnswer() == nil)
    exchange.reply(.response(.text(200, "")))
    exchange.reply(.response(.text(201, "")))
    let answers = posted()
    #expect(answers.map { status($0.reply) } == [200])
    #expect(answers.first?.connection == 7)
    #expect(answers.first?.exchange == 8)
  }

  @Test("a promise that is let go becomes a 500", arguments: [true, false])
  func forgets(isDetached: Bool) {
    do {
      let exchange = exchange(isDetached: isDetached)
      if !isDetached { #expect(exchange.takeAnswer() == nil) }
    }
    #expect(posted().map { status($0.reply) } == [500])
  }

  @Test("an answered promise leaves nothing behind")
  func ends() {
    do {
      let exchange = exchange(isDetached: true)
      exchange.reply(.hangUp)
    }
    #expect(posted().map(\.reply) == [.hangUp])
  }
}
