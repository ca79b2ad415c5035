import Foundation

// Session's answers are those of what the screen names, in whichever order models load and answer. `//ios:swift_test`
// builds this with Session.swift itself and runs it.

/// Holds loads and answers back until the test lets them go on.
@MainActor
enum Gate {
  private static var held: [String: CheckedContinuation<Void, Never>] = [:]

  static func pass(_ step: String) async {
    await withCheckedContinuation { held[step] = $0 }
  }

  static func open(_ step: String) async {
    for _ in 0..<10_000 where held[step] == nil { await Task.yield() }
    guard let waiting = held.removeValue(forKey: step) else { fail("nothing waits for: \(step)") }
    waiting.resume()
  }
}

struct Variant: Identifiable, Equatable {
  let id: String
  static func inBundle() throws -> [Variant] { ["A", "B", "broken"].map(Variant.init(id:)) }
}

struct Picture: Sendable {}

actor Classifier {
  struct Answer: Sendable {
    let labels: [LabelScore]
    let milliseconds: Double
  }

  private let name: String

  init(variant: Variant, units: ComputeUnits) async throws {
    name = "\(variant.id) on \(units)"
    await Gate.pass("load \(name)")
    if variant.id == "broken" { throw ManifestError(reason: "it is broken") }
  }

  func classify(_ picture: Picture, count: Int) async throws -> Answer {
    await Gate.pass("answer \(name)")
    return Answer(labels: [LabelScore(label: name, score: 1)], milliseconds: 1)
  }
}

func fail(_ reason: String) -> Never {
  print("FAILED: \(reason)")
  exit(1)
}

func expect<Value: Equatable>(_ found: Value, _ expected: Value, _ what: String) {
  if found != expected { fail("\(what): found \(found), expected \(expected)") }
}

@MainActor
func answer(_ session: Session, by name: String) async {
  let task = Task { await session.classify(Picture()) }
  await Gate.open("answer \(name)")
  await task.value
  expect(session.results.map(\.label), [name], "the answer")
}

/// Starts `change` and waits until it has changed the session.
@MainActor
func begin(
  _ change: @escaping @MainActor () async -> Void, until done: () -> Bool
) async -> Task<Void, Never> {
  let task = Task { await change() }
  for _ in 0..<10_000 where !done() { await Task.yield() }
  return task
}

@main
struct SessionTests {
  @MainActor
  static func main() async {
    await choosesWhileAnotherLoads()
    await dropsTheProblemOfWhatIsNotChosen()
    await dropsTheAnswerOfWhatIsNotChosen()
    print("PASSED")
  }

  @MainActor
  static func choosesWhileAnotherLoads() async {
    let session = Session()
    let first = await begin({ await session.load() }, until: { session.loading })
    let second = await begin({ await session.choose("B") }, until: { session.chosen?.id == "B" })
    let third = await begin(
      { await session.choose(units: .cpuOnly) }, until: { session.units == .cpuOnly })
    await Gate.open("load A on all")
    await Gate.open("load B on cpuOnly")
    for task in [first, second, third] { await task.value }
    await answer(session, by: "B on cpuOnly")
  }

  @MainActor
  static func dropsTheProblemOfWhatIsNotChosen() async {
    let session = Session()
    let first = await begin(
      { await session.choose("broken") }, until: { session.chosen?.id == "broken" })
    let second = await begin({ await session.choose("A") }, until: { session.chosen?.id == "A" })
    await Gate.open("load broken on all")
    await Gate.open("load A on all")
    for task in [first, second] { await task.value }
    expect(session.problem, nil, "the problem")
    await answer(session, by: "A on all")
    let third = await begin(
      { await session.choose("broken") }, until: { session.chosen?.id == "broken" })
    await Gate.open("load broken on all")
    await third.value
    expect(session.problem != nil, true, "the broken variant's problem is told")
    expect(session.loading, false, "loading")
  }

  @MainActor
  static func dropsTheAnswerOfWhatIsNotChosen() async {
    let session = Session()
    let first = await begin({ await session.load() }, until: { session.loading })
    await Gate.open("load A on all")
    await first.value
    let old = Task { await session.classify(Picture()) }
    await Task.yield()
    let second = await begin({ await session.choose("B") }, until: { session.chosen?.id == "B" })
    await Gate.open("load B on all")
    await second.value
    await Gate.open("answer A on all")
    await old.value
    expect(session.results.map(\.label), [], "the answer of A")
    await answer(session, by: "B on all")
  }
}
