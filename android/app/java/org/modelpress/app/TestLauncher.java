package org.modelpress.app;

import android.app.Activity;
import android.content.Intent;
import android.os.Bundle;
import android.os.Parcel;
import java.util.ArrayList;
import java.util.List;
import org.junit.rules.ExternalResource;
import org.robolectric.Robolectric;
import org.robolectric.android.controller.ActivityController;

/**
 * Opens screens and closes them after the test, so that their threads do not reach the next one.
 */
public final class TestLauncher extends ExternalResource {
  private final List<ActivityController<?>> controllers = new ArrayList<>();

  <T extends Activity> ActivityController<T> controller(Class<T> screen) {
    return controller(screen, new Intent());
  }

  <T extends Activity> ActivityController<T> controller(Class<T> screen, Intent intent) {
    ActivityController<T> controller = Robolectric.buildActivity(screen, intent);
    controllers.add(controller);
    return controller.setup();
  }

  /** Ends a screen as the system does with its process, and opens it from what is left then. */
  <T extends Activity> T afterProcessDeath(ActivityController<T> old, Class<T> screen) {
    Bundle state = new Bundle();
    old.pause().stop().saveInstanceState(state);
    Parcel parcel = Parcel.obtain();
    parcel.writeBundle(state);
    old.destroy();
    parcel.setDataPosition(0);
    ActivityController<T> controller = Robolectric.buildActivity(screen, new Intent());
    controllers.add(controller);
    T anew = controller.setup(parcel.readBundle(screen.getClassLoader())).get();
    parcel.recycle();
    return anew;
  }

  <T extends Activity> T launch(Class<T> screen) {
    return controller(screen).get();
  }

  @Override
  protected void after() {
    for (ActivityController<?> controller : controllers) {
      if (!controller.get().isDestroyed()) {
        controller.close();
      }
    }
  }
}
