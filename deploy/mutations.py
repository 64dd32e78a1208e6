#!/usr/bin/env python3
"""Plants mistakes in a copy of the product, one at a time, and shows that the simulation finds each.

    deploy/mutations.py [--seeds N] [--only NAME,…] [--keep FOLDER]

All of them are built at once, each behind a switch that only the copy has: its module `Domain`
reads the number of the planted mistake from the environment. An edit that no longer finds its text
stops the script: it is to be brought up to date. The exit status is 1 if a mistake is not found
within --seeds histories, or if the unchanged product is found faulty.
"""
import argparse, os, pathlib, re, shutil, subprocess, sys, tempfile, time

SWITCH = '''
import Glibc

/// The one mistake that is planted in this copy of the product.
public enum Planted {
  private static let number = getenv("PLANTED_BUG").flatMap { Int(String(cString: $0)) } ?? 0
  public static func bug(_ number: Int) -> Bool { number == Self.number }
}
'''

# Name, what it breaks, and its edits: file, text, and what stands there instead. BUG is the switch.
MUTATIONS = [
    ("random key", "the key has a random part (Q1)", [
        ("Sources/Domain/Intent.swift", '"mirakl/\\(kind.rawValue)/\\(businessKey)/\\(attempt)"',
         '"mirakl/\\(kind.rawValue)/\\(businessKey)/\\(attempt)"\n'
         '      + (BUG ? "/\\(UInt64.random(in: 0...999_999))" : "")')]),
    ("sent before it is written", "the call comes before the commit of its intent (Q2)", [
        ("Sources/Engine/MovementExecutor.swift",
         "    // After the look-up: the age of the key counts from here.\n",
         "    if BUG {\n      _ = try? movement.send(idempotencyKey: Intent.idempotencyKey(\n"
         "        kind: kind, businessKey: key, attempt: (earlier?.attempt ?? 0) + 1))\n    }\n")]),
    ("lost answer is a refusal", "no state for an unknown outcome (Q3)", [
        ("Sources/Engine/MovementExecutor.swift",
         'case .settle: .unsettled(afterMs: nil, reason: "\\(failure)", effect: .unknown)',
         'case .settle: BUG ? .refused("\\(failure)", waits: true)\n'
         '      : .unsettled(afterMs: nil, reason: "\\(failure)", effect: .unknown)'),
        ("Sources/Engine/MovementExecutor.swift",
         "    if let earlier, earlier.state == .refused {\n",
         "    if let earlier, earlier.state == .refused, !BUG {\n")]),
    ("no look-up after the key's life", "absence is believed, not looked up (Q3)", [
        ("Sources/Engine/MovementExecutor.swift",
         "      if let outcome = try found(movement) { return try finish(intent, outcome, recorder) }\n",
         "      if BUG { return try finish(intent, .absent, recorder) }\n"
         "      if let outcome = try found(movement) { return try finish(intent, outcome, recorder) }\n")]),
    ("new key after five lost answers", "a late send moves money again (Q3)", [
        ("Sources/Decisions/Recovery.swift",
         "hasKey && intent.isKeyKnown(nowMs: nowMs) && !intent.isKeySpent ? .sendAgain : .lookUp",
         "hasKey && intent.isKeyKnown(nowMs: nowMs) && !intent.isKeySpent\n"
         "    && (!BUG || intent.sends < 2) ? .sendAgain : .lookUp"),
        ("Sources/Decisions/Recovery.swift",
         "  let neededMs = intent.isKeySpent ?", "  let neededMs = intent.isKeySpent || BUG ?")]),
    ("sends after standing still", "a process that was overtaken sends all the same (Q3)", [
        ("Sources/Decisions/Recovery.swift",
         "  guard let sentMs = intent.lastSentMs else { return false }\n",
         "  if BUG { return true }\n"
         "  guard let sentMs = intent.lastSentMs else { return false }\n")]),
    ("stale decision", "facts of any age are good enough (Q6)", [
        ("Sources/Engine/SplitOrderHandler.swift",
         "abs(context.nowMs - known.readMs) <= context.settings.orderFreshMs",
         "BUG || abs(context.nowMs - known.readMs) <= context.settings.orderFreshMs")]),
    ("lease not checked", "a job is ended by one who has lost it (Q4)", [
        ("Sources/Store/Records/JobQueue.swift",
         "        WHERE id = $1 AND lease = $2 AND state = 'running' RETURNING id\n"
         "        \"\"\", .integer(job.id), .integer(job.lease), .integer(job.signals), .integer(nowMs))",
         "        WHERE id = $1 AND (lease = $2 OR \\(BUG ? 1 : 0)) AND state = 'running' RETURNING id\n"
         "        \"\"\", .integer(job.id), .integer(job.lease), .integer(job.signals), .integer(nowMs))")]),
    ("taxes stay with the seller", "the tax part does not leave the seller's share (T2)", [
        ("Sources/Decisions/SplitAmounts.swift", "let withheldTaxes = hasTaxAccount ?",
         "let withheldTaxes = hasTaxAccount && !BUG ?")]),
    ("reversal without its bound", "more is taken back than is left (R4)", [
        ("Sources/Decisions/DecideReversal.swift", "min(left, amount.minorUnits)",
         "BUG ? amount.minorUnits : min(left, amount.minorUnits)")]),
    ("refund again after a lost confirmation", "the refund itself is repeated (R2)", [
        ("Sources/Engine/RefundHandler.swift",
         "      case .unsettled(_, let reason, _), .paused(let reason):\n"
         "        (record.status, record.reason) = (.pending, \"Refunded, not confirmed yet: \\(reason)\")\n",
         "      case .unsettled(_, let reason, _), .paused(let reason):\n"
         "        if BUG { (record.stripeRefund, record.stripeStatus) = (nil, nil) }\n"
         "        (record.status, record.reason) = (.pending, \"Refunded, not confirmed yet: \\(reason)\")\n")]),
    ("payout before its legs", "the payout does not wait for its document's transfers (S1)", [
        ("Sources/Decisions/DecidePayout.swift", "  for kind in settlementLegs {\n",
         "  for kind in BUG ? [] : settlementLegs {\n")]),
    ("debt forgotten", "a payout leaves before what its seller owes (R5)", [
        ("Sources/Store/Records/Documents.swift",
         "    if let debt = try openDebts(shop: shop, currency: currency).first {\n",
         "    if !BUG, let debt = try openDebts(shop: shop, currency: currency).first {\n")]),
    ("ignored shop paid", "the operator's ignore flag is not honoured (M5)", [
        ("Sources/Decisions/DecideSplit.swift", "  if mapping.isIgnored { return .ignore }\n",
         "  if mapping.isIgnored, !BUG { return .ignore }\n"),
        ("Sources/Engine/OrderTransfers.swift",
         "guard let mapping = try transaction.mapping(shop: target.shopID), !mapping.isIgnored",
         "guard let mapping = try transaction.mapping(shop: target.shopID), !mapping.isIgnored || BUG")]),
    ("history paid", "START_DATE is not honoured (M2)", [
        ("Sources/Decisions/DecideSplit.swift",
         "if let startMs = policy.startMs, order.createdMs < startMs { return .notOurs }",
         "if let startMs = policy.startMs, order.createdMs < startMs, !BUG { return .notOurs }"),
        ("Sources/Engine/OrderIntake.swift",
         "if let startMs = context.settings.split.startMs, order.createdMs < startMs {",
         "if let startMs = context.settings.split.startMs, order.createdMs < startMs, !BUG {")]),
    ("event taken twice", "a repeated delivery is a new event (W1)", [
        ("Sources/Store/Records/EventJournal.swift",
         "    if let row = inserted.first { return .new(try row.int64(\"id\")) }\n",
         "    if let row = inserted.first { return .new(try row.int64(\"id\")) }\n"
         "    if BUG, !event.externalID.hasSuffix(\"+\") {\n"
         "      var again = event\n      again.externalID += \"+\"\n"
         "      return try appendEvent(again, nowMs: nowMs)\n    }\n")]),
    ("wrong minor units", "a currency of three decimals is taken for one of two (A2)", [
        ("Sources/Domain/Currency.swift", "return Self.threeDecimal.contains(code) ? 3 : 2",
         "return Self.threeDecimal.contains(code) && !BUG ? 3 : 2")]),
    ("failed shop passed by", "a shop whose account failed counts as done (O1)", [
        ("Sources/Engine/OnboardShopHandler.swift",
         "      try $0.setOnboarding(shop: shop, reason: reason, nowMs: nowMs)\n",
         "      try $0.setOnboarding(shop: shop, reason: BUG ? nil : reason, nowMs: nowMs)\n"),
        ("Sources/Engine/OnboardShopHandler.swift",
         "      return context.retry(job, afterMs: afterMs, reason: reason)\n",
         "      return BUG ? .done : context.retry(job, afterMs: afterMs, reason: reason)\n")]),
    ("failed payment confirmed", "goods are released without money (C1)", [
        ("Sources/Decisions/DecideDebit.swift",
         "  case .failed(let payment): return failed(payment, facts)\n",
         "  case .failed where BUG:\n"
         "    return facts.attempts.last.map { .confirm($0.payment, doubt: nil) } ?? .hold(.noPayment)\n"
         "  case .failed(let payment): return failed(payment, facts)\n")]),
    ("refused lines captured", "the customer pays for what was refused (C6)", [
        ("Sources/Decisions/DecideCapture.swift",
         "  return capture(facts.payment.amount, less: aborted)\n",
         "  return capture(facts.payment.amount, less: BUG ? .zero : aborted)\n")]),
    ("first page only", "a list is not read to its end (M3)", [
        ("Sources/Engine/PageReader.swift",
         "      guard let following = page.next else { return true }\n",
         "      guard !BUG, let following = page.next else { return true }\n")]),
]


def plant(folder):
    """Writes every edit into the copy; each must fit exactly once."""
    (folder / "Sources/Domain/Planted.swift").write_text(SWITCH.lstrip())
    for number, (name, _, edits) in enumerate(MUTATIONS, 1):
        for path, old, new in edits:
            file = folder / path
            text = file.read_text()
            if text.count(old) != 1:
                sys.exit(f"mutations: \"{name}\" does not fit {path} any more "
                         f"({text.count(old)} places): bring it up to date:\n{old}")
            file.write_text(text.replace(old, new.replace("BUG", f"Planted.bug({number})")))


def build(folder, scratch, configuration):
    command = ["swift", "build", "-c", configuration, "--product", "bench",
               "--package-path", folder, "--scratch-path", scratch]
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    if done.returncode:
        sys.exit("mutations: the copy does not build\n" + done.stdout[-4000:] + done.stderr[-2000:])
    shown = subprocess.run([*map(str, command), "--show-bin-path"], capture_output=True, text=True)
    return pathlib.Path(shown.stdout.strip()) / "bench"


def hunt(program, number, seeds):
    """Runs seeds until one ends with a problem: its number and first problem, or None."""
    environment = {**os.environ, "PLANTED_BUG": str(number)}
    try:
        done = subprocess.run(
            [str(program), "simulate", "--seeds", str(seeds), "--until-failure"],
            env=environment, capture_output=True, text=True, timeout=60 + 2 * seeds)
    except subprocess.TimeoutExpired:
        return 0, "a history does not end"
    found = re.search(r"^seed (\d+) failed.*\n  (.*)", done.stdout, re.M)
    if found:
        return int(found.group(1)), found.group(2)
    if done.returncode < 0:
        return 0, f"the program ended with signal {-done.returncode}"
    return None


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--seeds", type=int, default=300, help="histories for each mistake")
    parser.add_argument("--only", help="names of mistakes, separated by commas")
    parser.add_argument("--configuration", default="release", choices=["release", "debug"])
    parser.add_argument("--keep", help="a folder for the copy and its build, for the next time")
    options = parser.parse_args()
    root = pathlib.Path(__file__).resolve().parent.parent
    place = pathlib.Path(options.keep or tempfile.mkdtemp(prefix="mutations-"))
    folder = place / "copy"
    try:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        shutil.copy(root / "Package.swift", folder)
        for part in ("Sources", "Tests"):
            shutil.copytree(root / part, folder / part)
        plant(folder)
        program = build(folder, place / "build", options.configuration)
        wanted = options.only.split(",") if options.only else [name for name, _, _ in MUTATIONS]
        unknown = set(wanted) - {name for name, _, _ in MUTATIONS}
        if unknown:
            sys.exit(f"mutations: unknown: {', '.join(sorted(unknown))}")
        missed = 0
        print(f"{'planted mistake':40}  {'found by':>9}  {'time':>5}  how it shows", flush=True)
        for number, (name, what, _) in enumerate(MUTATIONS, 1):
            if name not in wanted:
                continue
            began = time.monotonic()
            found = hunt(program, number, options.seeds)
            seconds = f"{time.monotonic() - began:.0f} s"
            if found is None:
                missed += 1
                print(f"{name:40}  {'NOT FOUND':>9}  {seconds:>5}  {what}", flush=True)
            else:
                print(f"{name:40}  seed {found[0]:>4}  {seconds:>5}  {found[1][:100]}", flush=True)
        sound = hunt(program, 0, min(options.seeds, 50))
        if sound:
            print(f"without any mistake: seed {sound[0]} fails: {sound[1]}")
        sys.exit(1 if missed or sound else 0)
    finally:
        if not options.keep:
            shutil.rmtree(place, ignore_errors=True)


if __name__ == "__main__":
    main()
