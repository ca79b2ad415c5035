import Darwin
import Foundation

/// What the kernel says of this process and device.
enum Memory {
  /// The physical footprint in bytes, which is what iOS holds against an app's limit; 0 if it is not told.
  static var footprint: Int {
    var info = task_vm_info_data_t()
    let size = MemoryLayout<task_vm_info_data_t>.size / MemoryLayout<integer_t>.size
    var count = mach_msg_type_number_t(size)
    let status = withUnsafeMutablePointer(to: &info) { pointer in
      pointer.withMemoryRebound(to: integer_t.self, capacity: size) { words in
        task_info(mach_task_self_, task_flavor_t(TASK_VM_INFO), words, &count)
      }
    }
    return status == KERN_SUCCESS ? Int(info.phys_footprint) : 0
  }

  /// Such as iPhone15,2.
  static var machineName: String {
    var size = 0
    sysctlbyname("hw.machine", nil, &size, nil, 0)
    var name = [CChar](repeating: 0, count: max(1, size))
    sysctlbyname("hw.machine", &name, &size, nil, 0)
    return String(decoding: name.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }
}
