package org.modelpress.app;

import android.content.ContentProviderClient;
import android.content.Context;
import android.net.Uri;
import android.os.RemoteException;
import java.io.IOException;
import org.json.JSONException;
import org.modelpress.core.ClassifierOptions;

/** Asks {@link MeasureProvider} for one variant after the other, each in a fresh process. */
final class MeasureClient {
  private final Context context;
  private final Uri provider;

  MeasureClient(Context context) {
    this.context = context;
    provider = Uri.parse("content://" + context.getPackageName() + ".measure");
  }

  /**
   * Measures {@code variant} and waits for the answer; not for the main thread.
   *
   * @throws IOException if the measuring process cannot be had
   */
  BenchmarkRow measure(String variant, ClassifierOptions options) throws IOException {
    // Unstable: a stable client is ended together with the process that it uses.
    ContentProviderClient client =
        context.getContentResolver().acquireUnstableContentProviderClient(provider);
    if (client == null) {
      throw new IOException("no provider " + provider);
    }
    try {
      return MeasureProvider.unpack(
          client.call(MeasureProvider.MEASURE, variant, MeasureProvider.pack(options)));
    } catch (RemoteException e) {
      return BenchmarkRow.failed(variant, context.getString(R.string.died));
    } catch (JSONException e) {
      throw new IOException(e);
    } finally {
      end(client);
    }
  }

  private static void end(ContentProviderClient client) {
    try {
      client.call(MeasureProvider.END, null, null);
    } catch (RemoteException e) {
      // The process ended before it could answer, as it should.
      return;
    } finally {
      client.close();
    }
  }
}
