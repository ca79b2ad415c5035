package org.modelpress.app;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.CRC32;
import java.util.zip.DeflaterOutputStream;

/** Pictures that no camera of a test machine takes. */
final class TestPhotos {
  private static final byte[] PNG = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
  private static final int GREY = 0;
  private static final int EXIF_MARKER = 0xffe1;
  private static final int JPEG_START = 2;

  // Android 8 looks as far ahead for the kind of a file, and finds no EXIF in a shorter one.
  private static final int LOOKED_AT = 5000;

  private TestPhotos() {}

  /** A grey PNG of one value, small as a file whatever its size in pixels. */
  static byte[] greyPng(int width, int height, int value) throws IOException {
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    file.write(PNG);
    ByteArrayOutputStream header = new ByteArrayOutputStream();
    DataOutputStream fields = new DataOutputStream(header);
    fields.writeInt(width);
    fields.writeInt(height);
    fields.write(new byte[] {8, GREY, 0, 0, 0});
    chunk(file, "IHDR", header.toByteArray());
    ByteArrayOutputStream data = new ByteArrayOutputStream();
    byte[] row = new byte[1 + width];
    Arrays.fill(row, 1, row.length, (byte) value);
    try (DeflaterOutputStream deflater = new DeflaterOutputStream(data)) {
      for (int y = 0; y < height; y++) {
        deflater.write(row);
      }
    }
    chunk(file, "IDAT", data.toByteArray());
    chunk(file, "IEND", new byte[0]);
    return file.toByteArray();
  }

  /** {@code jpeg} with the EXIF field Orientation. */
  static byte[] withOrientation(byte[] jpeg, int orientation) throws IOException {
    ByteArrayOutputStream exif = new ByteArrayOutputStream();
    DataOutputStream fields = new DataOutputStream(exif);
    fields.write("Exif\0\0MM\0*".getBytes(StandardCharsets.US_ASCII));
    fields.writeInt(8); // Where the first directory begins.
    fields.writeShort(1); // Entries.
    fields.writeShort(0x112); // Orientation,
    fields.writeShort(3); // a short,
    fields.writeInt(1); // one of them.
    fields.writeShort(orientation);
    fields.writeShort(0);
    fields.writeInt(0); // No further directory.
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(file);
    out.write(jpeg, 0, JPEG_START);
    out.writeShort(EXIF_MARKER);
    out.writeShort(2 + exif.size());
    out.write(exif.toByteArray());
    out.write(jpeg, JPEG_START, jpeg.length - JPEG_START);
    out.write(new byte[LOOKED_AT]);
    return file.toByteArray();
  }

  private static void chunk(ByteArrayOutputStream file, String name, byte[] data)
      throws IOException {
    byte[] type = name.getBytes(StandardCharsets.US_ASCII);
    CRC32 check = new CRC32();
    check.update(type);
    check.update(data);
    DataOutputStream out = new DataOutputStream(file);
    out.writeInt(data.length);
    out.write(type);
    out.write(data);
    out.writeInt((int) check.getValue());
  }
}
