package org.modelpress.app;

import android.content.Context;
import android.database.Cursor;
import android.database.MatrixCursor;
import android.net.Uri;
import android.os.ParcelFileDescriptor;
import android.provider.OpenableColumns;
import java.io.File;
import java.io.FileNotFoundException;

/** Lets an app that the user shares with read metrics.json, and nothing else. */
public final class MetricsProvider extends ReadOnlyProvider {
  static final String TYPE = "application/json";

  private static final String NAME = "metrics.json";

  /** URI of metrics.json. */
  static Uri uri(Context context) {
    return Uri.parse("content://" + context.getPackageName() + ".metrics/" + NAME);
  }

  @Override
  public ParcelFileDescriptor openFile(Uri uri, String mode) throws FileNotFoundException {
    if (!"r".equals(mode)) {
      throw new FileNotFoundException(uri + " can only be read");
    }
    return ParcelFileDescriptor.open(file(uri), ParcelFileDescriptor.MODE_READ_ONLY);
  }

  @Override
  public Cursor query(
      Uri uri, String[] columns, String selection, String[] arguments, String order) {
    String[] all = {OpenableColumns.DISPLAY_NAME, OpenableColumns.SIZE};
    MatrixCursor cursor = new MatrixCursor(columns == null ? all : columns);
    MatrixCursor.RowBuilder row = cursor.newRow();
    try {
      row.add(OpenableColumns.DISPLAY_NAME, NAME).add(OpenableColumns.SIZE, file(uri).length());
    } catch (FileNotFoundException e) {
      return null;
    }
    return cursor;
  }

  @Override
  public String getType(Uri uri) {
    return TYPE;
  }

  private File file(Uri uri) throws FileNotFoundException {
    if (!uri(getContext()).equals(uri)) {
      throw new FileNotFoundException(uri.toString());
    }
    return new BenchmarkFiles(getContext()).metrics();
  }
}
