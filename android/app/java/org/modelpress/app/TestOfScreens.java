package org.modelpress.app;

import android.app.Activity;
import android.content.Intent;
import android.os.Bundle;
import android.os.Parcel;
import java.util.ArrayList;
import java.util.List;
import org.junit.After;
import org.junit.runner.RunWith;
import org.robolectric.Robolectric;
import org.robolectric.RobolectricTestRunner;
import org.robolectric.android.controller.ActivityController;
import org.robolectric.annotation.Config;
import org.robolectric.annotation.GraphicsMode;

/**
 * A test that opens screens, those of a phone unless it says otherwise. They are closed after it,
 * so that their threads do not reach the next one.
 */
@RunWith(RobolectricTestRunner.class)
@Config(qualifiers = "w411dp-h891dp-xhdpi")
@GraphicsMode(GraphicsMode.Mode.NATIVE)
public abstract class TestOfScreens {
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

  @After
  public void closeScreens() {
    for (ActivityController<?> controller : controllers) {
      if (!controller.get().isDestroyed()) {
        controller.close();
      }
    }
  }
}
