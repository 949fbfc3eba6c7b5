package dev.heimdall.packaging;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Installed entry; owned by root, whatever the name of the packaging user, unless it says
 * otherwise.
 */
sealed interface Entry {
  /** Of a file that all can read. */
  int PLAIN = 0644;

  /** Of a file that all can run, and of directories. */
  int RUN = 0755;

  /**
   * A directory.
   *
   * @param owner the number of its user and group
   */
  record Directory(int mode, int owner) implements Entry {
    Directory(int mode) {
      this(mode, 0);
    }
  }

  /**
   * A link.
   *
   * @param target as it stands in the link
   */
  record Link(String target) implements Entry {}

  /**
   * A file.
   *
   * @param configuration whether people edit it: what they have made of it stays
   */
  record File(Content content, int mode, boolean configuration) implements Entry {
    static File of(String text, int mode) {
      return new File(new Content.Bytes(text.getBytes(StandardCharsets.UTF_8)), mode, false);
    }

    static File of(byte[] bytes, int mode) {
      return new File(new Content.Bytes(bytes), mode, false);
    }

    static File of(Path path, int mode) {
      return new File(new Content.OnDisk(path), mode, false);
    }

    File edited() {
      return new File(content, mode, true);
    }
  }

  /** Content of a file. */
  sealed interface Content {
    long size() throws IOException;

    InputStream open() throws IOException;

    /** In memory; it is not changed. */
    record Bytes(byte[] bytes) implements Content {
      @Override
      public long size() {
        return bytes.length;
      }

      @Override
      public InputStream open() {
        return new ByteArrayInputStream(bytes);
      }
    }

    /** In a file that stays as it is until all is packed. */
    record OnDisk(Path path) implements Content {
      @Override
      public long size() throws IOException {
        return Files.size(path);
      }

      @Override
      public InputStream open() throws IOException {
        return Files.newInputStream(path);
      }
    }
  }
}
