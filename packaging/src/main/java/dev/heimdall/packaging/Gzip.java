package dev.heimdall.packaging;

import java.io.IOException;
import java.io.OutputStream;
import java.util.zip.Deflater;
import org.apache.commons.compress.compressors.gzip.GzipCompressorOutputStream;
import org.apache.commons.compress.compressors.gzip.GzipParameters;

/** Compresses as much as gzip can; without a time, so that the same bytes give the same bytes. */
final class Gzip {
  private Gzip() {}

  static OutputStream into(OutputStream out) throws IOException {
    GzipParameters parameters = new GzipParameters();
    parameters.setCompressionLevel(Deflater.BEST_COMPRESSION);
    return new GzipCompressorOutputStream(out, parameters);
  }
}
