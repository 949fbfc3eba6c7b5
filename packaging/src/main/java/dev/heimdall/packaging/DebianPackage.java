package dev.heimdall.packaging;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Map;
import org.apache.commons.compress.archivers.ar.ArArchiveEntry;
import org.apache.commons.compress.archivers.ar.ArArchiveOutputStream;
import org.tukaani.xz.LZMA2Options;
import org.tukaani.xz.XZOutputStream;

/**
 * A Debian package: an ar archive of {@code debian-binary}, the control files and the tree, as
 * deb(5) and deb-control(5) say.
 */
final class DebianPackage {
  private static final long BLOCK = 1024;

  private DebianPackage() {}

  static Path write(Tree tree, About about, Path folder) throws IOException {
    Path file = folder.resolve("heimdall_%s_all.deb".formatted(version(about.version())));
    Path data = Files.createTempFile(folder, "data", ".tar.xz");
    try {
      try (OutputStream out = Files.newOutputStream(data)) {
        compressed(tree, about.time(), out);
      }
      ByteArrayOutputStream control = new ByteArrayOutputStream();
      compressed(control(tree, about), about.time(), control);
      try (ArArchiveOutputStream ar = new ArArchiveOutputStream(Files.newOutputStream(file))) {
        member(ar, "debian-binary", "2.0\n".getBytes(StandardCharsets.US_ASCII), about.time());
        member(ar, "control.tar.xz", control.toByteArray(), about.time());
        ar.putArchiveEntry(header("data.tar.xz", Files.size(data), about.time()));
        Files.copy(data, ar);
        ar.closeArchiveEntry();
      }
    } finally {
      Files.delete(data);
    }
    return file;
  }

  /** A snapshot comes before its release: deb-version(7) sorts {@code ~} before the end. */
  static String version(String version) {
    return version.replace("-", "~");
  }

  private static void compressed(Tree tree, Instant time, OutputStream out) throws IOException {
    XZOutputStream xz = new XZOutputStream(out, new LZMA2Options());
    Tar.write(tree, "./", time, xz);
    xz.finish();
  }

  private static Tree control(Tree tree, About about) throws IOException {
    long size = 0;
    StringBuilder sums = new StringBuilder();
    StringBuilder edited = new StringBuilder();
    for (Map.Entry<String, Entry> one : tree.entries().entrySet()) {
      if (one.getValue() instanceof Entry.File file) {
        size += (file.content().size() + BLOCK - 1) / BLOCK;
        if (file.configuration()) {
          edited.append('/').append(one.getKey()).append('\n');
        } else {
          sums.append(md5(file)).append("  ").append(one.getKey()).append('\n');
        }
      }
    }
    return new Tree()
        .add(
            "control",
            Entry.File.of(
                """
                Package: heimdall
                Version: %s
                Architecture: all
                Maintainer: %s
                Installed-Size: %d
                Depends: java17-runtime-headless | java-runtime-headless (>= 17), passwd
                Recommends: ca-certificates
                Section: database
                Priority: optional
                Description: %s
                 %s
                """
                    .formatted(
                        version(about.version()),
                        about.maintainer(),
                        size,
                        about.summary(),
                        String.join("\n ", about.description())),
                Entry.PLAIN))
        .add("conffiles", Entry.File.of(edited.toString(), Entry.PLAIN))
        .add("md5sums", Entry.File.of(sums.toString(), Entry.PLAIN))
        .add("postinst", Entry.File.of(Scripts.debian("postinst"), Entry.RUN))
        .add("prerm", Entry.File.of(Scripts.debian("prerm"), Entry.RUN))
        .add("postrm", Entry.File.of(Scripts.debian("postrm"), Entry.RUN));
  }

  private static String md5(Entry.File file) throws IOException {
    MessageDigest digest = Digests.by("MD5");
    try (InputStream content = new DigestInputStream(file.content().open(), digest)) {
      content.transferTo(OutputStream.nullOutputStream());
    }
    return Digests.hex(digest);
  }

  private static void member(ArArchiveOutputStream ar, String name, byte[] bytes, Instant time)
      throws IOException {
    ar.putArchiveEntry(header(name, bytes.length, time));
    ar.write(bytes);
    ar.closeArchiveEntry();
  }

  private static ArArchiveEntry header(String name, long size, Instant time) {
    return new ArArchiveEntry(name, size, 0, 0, 0100644, time.getEpochSecond());
  }
}
