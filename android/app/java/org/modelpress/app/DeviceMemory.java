package org.modelpress.app;

import android.app.ActivityManager;
import android.content.Context;
import org.modelpress.core.MemoryBudget;

/**
 * What this device can spare: half of what is free above the point where the system begins to end
 * apps, and no more than half of what is left of the Java heap, which direct buffers count towards.
 */
final class DeviceMemory implements MemoryBudget {
  private static final int PART = 2;

  private final ActivityManager activities;

  DeviceMemory(Context context) {
    activities = context.getSystemService(ActivityManager.class);
  }

  @Override
  public long availableBytes() {
    ActivityManager.MemoryInfo device = new ActivityManager.MemoryInfo();
    activities.getMemoryInfo(device);
    if (device.lowMemory) {
      return 0;
    }
    Runtime java = Runtime.getRuntime();
    long heap = java.maxMemory() - (java.totalMemory() - java.freeMemory());
    return Math.min(device.availMem - device.threshold, heap) / PART;
  }
}
