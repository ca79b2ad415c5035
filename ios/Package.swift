// swift-tools-version:5.9
import PackageDescription

// The part of the app that needs nothing of Apple's: `swift test` runs it on Linux too.
let package = Package(
  name: "ModelPressCore",
  platforms: [.iOS(.v16), .macOS(.v13)],
  products: [.library(name: "ModelPressCore", targets: ["ModelPressCore"])],
  targets: [
    .target(name: "ModelPressCore"),
    .testTarget(
      name: "ModelPressCoreTests", dependencies: ["ModelPressCore"], exclude: ["Fixtures"]),
  ]
)
