package dev.heimdall.packaging;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/**
 * A jar whose entries are not compressed, without what nodes never load: native code of other
 * systems, servers and tools of the LDAP SDK, and metrics as Protocol Buffers. Packages that
 * compress all of them at once are a third smaller so, and classes are loaded without being
 * inflated.
 */
final class StoredJar {
  /** As zstd-jni has it: a folder for each system. */
  private static final Pattern FOREIGN =
      Pattern.compile("(aix|darwin|freebsd|win)/.*|linux/(?!amd64/|aarch64/).*\\.(so|dll|dylib)");

  /**
   * Parts of the LDAP SDK besides a client: servers for tests, command line tools, and features
   * that only its maker's own server knows. Nothing that a client loads refers to them.
   */
  private static final Pattern NO_CLIENT =
      Pattern.compile(
          "com/unboundid/ldap/(listener|sdk/(examples|persist|transformations))/.*"
              + "|com/unboundid/ldap/sdk/unboundidds/(examples|logs|monitors|tasks|tools)/.*"
              + "|unboundid-ldapsdk-(listener|log|monitor|persist|task|tools|transformations)"
              + "\\.properties");

  /**
   * A form of metrics that is not served, with a copy of Protocol Buffers. Its library looks
   * whether it is there.
   */
  private static final Pattern PROTOBUF =
      Pattern.compile("io/prometheus/metrics/(shaded|expositionformats/(generated|internal))/.*");

  /**
   * Index of the packages in each jar, by directories that are not copied: Java 17 ends with an
   * error if it is wrong, and newer versions ignore it.
   */
  private static final String INDEX = "META-INF/INDEX.LIST";

  /**
   * Time of every entry. The first seconds of 1980 would do as well but for {@link ZipEntry}, which
   * takes them for a year before 1980 and adds a field with the time in the machine's own zone.
   */
  private static final LocalDateTime NEVER = LocalDateTime.of(1980, 2, 1, 0, 0, 0);

  private StoredJar() {}

  static void copy(Path jar, Path to) throws IOException {
    try (ZipFile from = new ZipFile(jar.toFile());
        OutputStream file = Files.newOutputStream(to);
        ZipOutputStream out = new ZipOutputStream(file)) {
      out.setMethod(ZipOutputStream.STORED);
      List<? extends ZipEntry> entries =
          from.stream()
              .filter(entry -> !entry.isDirectory() && !isLeftOut(entry.getName()))
              .sorted(
                  Comparator.comparing(
                          (ZipEntry entry) -> !entry.getName().startsWith("META-INF/M"))
                      .thenComparing(ZipEntry::getName))
              .toList();
      for (ZipEntry entry : entries) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        from.getInputStream(entry).transferTo(bytes);
        put(out, entry.getName(), bytes.toByteArray());
      }
    }
  }

  private static boolean isLeftOut(String name) {
    return name.equals(INDEX)
        || FOREIGN.matcher(name).matches()
        || NO_CLIENT.matcher(name).matches()
        || PROTOBUF.matcher(name).matches();
  }

  private static void put(ZipOutputStream out, String name, byte[] bytes) throws IOException {
    CRC32 sum = new CRC32();
    sum.update(bytes);
    ZipEntry entry = new ZipEntry(name);
    entry.setTimeLocal(NEVER);
    entry.setSize(bytes.length);
    entry.setCompressedSize(bytes.length);
    entry.setCrc(sum.getValue());
    out.putNextEntry(entry);
    out.write(bytes);
    out.closeEntry();
  }
}
