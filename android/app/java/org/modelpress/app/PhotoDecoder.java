package org.modelpress.app;

import android.content.ContentResolver;
import android.graphics.Bitmap;
import android.graphics.BitmapFactory;
import android.graphics.ColorSpace;
import android.graphics.Matrix;
import android.media.ExifInterface;
import android.net.Uri;
import android.os.Build;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;

/**
 * Reads a photo upright and within a memory budget, whatever size the camera gave it.
 *
 * <p>A bitmap takes 16 MB at most, and turning it upright another 16 MB for a moment.
 */
final class PhotoDecoder {
  /** Sides are halved while decoding until no more pixels than this are left: 16 MB of bitmap. */
  static final int MAX_PIXELS = 4_000_000;

  private final ContentResolver resolver;

  PhotoDecoder(ContentResolver resolver) {
    this.resolver = resolver;
  }

  /**
   * Decodes {@code uri} in sRGB, turned as its EXIF orientation says.
   *
   * @throws IOException if it cannot be opened, is no picture or needs more memory than there is
   */
  Bitmap decode(Uri uri) throws IOException {
    try {
      return upright(decodeSampled(uri), orientation(uri));
    } catch (OutOfMemoryError e) {
      throw new IOException(uri + " needs more memory than there is", e);
    }
  }

  private Bitmap decodeSampled(Uri uri) throws IOException {
    BitmapFactory.Options options = new BitmapFactory.Options();
    options.inJustDecodeBounds = true;
    try (InputStream stream = open(uri)) {
      BitmapFactory.decodeStream(stream, null, options);
    }
    options.inSampleSize = sampleSize(options.outWidth, options.outHeight);
    options.inJustDecodeBounds = false;
    options.inPreferredConfig = Bitmap.Config.ARGB_8888;
    if (Build.VERSION.SDK_INT >= Build.VERSION_CODES.O) {
      options.inPreferredColorSpace = ColorSpace.get(ColorSpace.Named.SRGB);
    }
    Bitmap bitmap;
    try (InputStream stream = open(uri)) {
      bitmap = BitmapFactory.decodeStream(stream, null, options);
    }
    if (bitmap == null) {
      throw new IOException(uri + " is no picture");
    }
    return bitmap;
  }

  /** The smallest power of two by which both sides are divided to meet the budget. */
  static int sampleSize(int width, int height) {
    int sample = 1;
    while ((long) (width / sample) * (height / sample) > MAX_PIXELS) {
      sample *= 2;
    }
    return sample;
  }

  private InputStream open(Uri uri) throws IOException {
    InputStream stream;
    try {
      stream = resolver.openInputStream(uri);
    } catch (SecurityException e) {
      // The right to read a chosen photo ends, for example when the device restarts.
      throw new IOException(e);
    }
    if (stream == null) {
      throw new FileNotFoundException(uri.toString());
    }
    return stream;
  }

  private int orientation(Uri uri) {
    try (InputStream stream = open(uri)) {
      return new ExifInterface(stream)
          .getAttributeInt(ExifInterface.TAG_ORIENTATION, ExifInterface.ORIENTATION_NORMAL);
    } catch (IOException e) {
      // Formats without EXIF are upright.
      return ExifInterface.ORIENTATION_NORMAL;
    }
  }

  private static Bitmap upright(Bitmap bitmap, int orientation) {
    Matrix matrix = new Matrix();
    switch (orientation) {
      case ExifInterface.ORIENTATION_FLIP_HORIZONTAL:
        matrix.setScale(-1, 1);
        break;
      case ExifInterface.ORIENTATION_ROTATE_180:
        matrix.setRotate(180);
        break;
      case ExifInterface.ORIENTATION_FLIP_VERTICAL:
        matrix.setScale(1, -1);
        break;
      case ExifInterface.ORIENTATION_TRANSPOSE:
        matrix.setRotate(90);
        matrix.postScale(-1, 1);
        break;
      case ExifInterface.ORIENTATION_ROTATE_90:
        matrix.setRotate(90);
        break;
      case ExifInterface.ORIENTATION_TRANSVERSE:
        matrix.setRotate(-90);
        matrix.postScale(-1, 1);
        break;
      case ExifInterface.ORIENTATION_ROTATE_270:
        matrix.setRotate(-90);
        break;
      default:
        return bitmap;
    }
    // No filtering: quarter turns and mirrors only move pixels.
    Bitmap turned =
        Bitmap.createBitmap(bitmap, 0, 0, bitmap.getWidth(), bitmap.getHeight(), matrix, false);
    if (turned != bitmap) {
      bitmap.recycle();
    }
    return turned;
  }
}
