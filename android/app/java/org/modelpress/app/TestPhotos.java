package org.modelpress.app;

import java.awt.image.BufferedImage;
import java.awt.image.DataBufferByte;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import javax.imageio.ImageIO;

/** Pictures that no camera of a test machine takes. */
final class TestPhotos {
  private static final int EXIF_MARKER = 0xffe1;
  private static final int JPEG_START = 2;

  // Android 8 looks as far ahead for the kind of a file, and finds no EXIF in a shorter one.
  private static final int LOOKED_AT = 5000;

  private TestPhotos() {}

  /** A grey PNG of one value, small as a file whatever its size in pixels. */
  static byte[] greyPng(int width, int height, int value) throws IOException {
    BufferedImage picture = new BufferedImage(width, height, BufferedImage.TYPE_BYTE_GRAY);
    Arrays.fill(((DataBufferByte) picture.getRaster().getDataBuffer()).getData(), (byte) value);
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    ImageIO.write(picture, "png", file);
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
}
