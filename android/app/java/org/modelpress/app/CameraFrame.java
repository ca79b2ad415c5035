package org.modelpress.app;

import android.media.Image;
import org.modelpress.core.FramePipeline;
import org.modelpress.core.Pixels;
import org.modelpress.core.YuvPixels;

/** A camera's image as the pipeline takes it. */
final class CameraFrame implements FramePipeline.Frame {
  private final Image image;
  private final int degrees;

  /** Takes {@code image} over; it is upright after {@code degrees} clockwise. */
  CameraFrame(Image image, int degrees) {
    this.image = image;
    this.degrees = degrees;
  }

  @Override
  public Pixels pixels() {
    Image.Plane[] planes = image.getPlanes();
    return new YuvPixels(
        image.getWidth(),
        image.getHeight(),
        degrees,
        plane(planes[0]),
        plane(planes[1]),
        plane(planes[2]));
  }

  @Override
  public void close() {
    image.close();
  }

  private static YuvPixels.Plane plane(Image.Plane plane) {
    return new YuvPixels.Plane(plane.getBuffer(), plane.getRowStride(), plane.getPixelStride());
  }
}
