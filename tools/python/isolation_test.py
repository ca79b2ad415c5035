"""The build's Python sees the standard library and its dependencies, not what the machine has installed."""

import sys
import sysconfig
import unittest


class IsolationTest(unittest.TestCase):
    def test_no_package_folder_of_the_machine(self) -> None:
        machine = {sysconfig.get_path(name) for name in ("platlib", "purelib")}
        self.assertTrue(sys.flags.no_site)
        self.assertFalse(machine & set(sys.path))
        self.assertFalse([path for path in sys.path if path.endswith("dist-packages")])


if __name__ == "__main__":
    unittest.main()
