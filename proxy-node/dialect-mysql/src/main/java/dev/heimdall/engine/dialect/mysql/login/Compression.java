package dev.heimdall.engine.dialect.mysql.login;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdException;
import io.netty.util.concurrent.FastThreadLocal;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;

/** By which algorithm a client and the node compress what they send each other. */
enum Compression {
  ZLIB,
  ZSTD;

  /** Of zstd's levels: higher ones take an event loop's time from other clients. */
  private static final int HIGHEST_LEVEL = 3;

  /** Objects that zlib needs for its work, and that take long to set up. */
  static final class Tools extends FastThreadLocal<Tools.OfLoop> {
    record OfLoop(Deflater deflater, Inflater inflater) {}

    /** The fastest level: an event loop has other clients, too. */
    @Override
    protected OfLoop initialValue() {
      return new OfLoop(new Deflater(Deflater.BEST_SPEED), new Inflater());
    }

    @Override
    protected void onRemoval(OfLoop tools) {
      tools.deflater.end();
      tools.inflater.end();
    }
  }

  /** Maximum size of a compressed part of this length, in bytes. */
  int most(int length) {
    return this == ZSTD
        ? Math.toIntExact(Zstd.compressBound(length))
        : length + (length >> 10) + 64;
  }

  /**
   * Compresses a part as a whole of its own.
   *
   * @param level of zstd that the client wishes
   * @param to has room for {@link #most}
   * @return the length
   */
  int compress(Tools tools, int level, byte[] from, int length, byte[] to) {
    if (this == ZSTD) {
      return (int)
          Zstd.compressByteArray(to, 0, to.length, from, 0, length, Math.min(level, HIGHEST_LEVEL));
    }
    Deflater deflater = tools.get().deflater();
    deflater.reset();
    deflater.setInput(from, 0, length);
    deflater.finish();
    return deflater.deflate(to);
  }

  /**
   * Decompresses such a part.
   *
   * @param to as long as the part is said to be
   * @throws DataFormatException if it is no such part, or of another length
   */
  void decompress(Tools tools, byte[] from, byte[] to) throws DataFormatException {
    if (this == ZSTD) {
      try {
        if (Zstd.decompressByteArray(to, 0, to.length, from, 0, from.length) == to.length) {
          return;
        }
      } catch (ZstdException e) {
        throw new DataFormatException(e.getMessage());
      }
      throw new DataFormatException();
    }
    Inflater inflater = tools.get().inflater();
    inflater.reset();
    inflater.setInput(from);
    int length = inflater.inflate(to);
    if (length != to.length || !ended(inflater)) {
      throw new DataFormatException();
    }
  }

  /** Its last bytes are a checksum, read behind the last byte of content. */
  private static boolean ended(Inflater inflater) throws DataFormatException {
    return inflater.finished() || inflater.inflate(new byte[1]) == 0 && inflater.finished();
  }
}
