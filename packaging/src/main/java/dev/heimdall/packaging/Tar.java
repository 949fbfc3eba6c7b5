package dev.heimdall.packaging;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Instant;
import java.util.Date;
import java.util.Map;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;

/** Writes trees as tar does: in the order of paths, root's, all of one time. */
final class Tar {
  private Tar() {}

  /**
   * Writes one; the stream stays open.
   *
   * @param before what stands before each path, such as {@code ./}
   */
  static void write(Tree tree, String before, Instant time, OutputStream out) throws IOException {
    TarArchiveOutputStream tar = new TarArchiveOutputStream(out, "UTF-8");
    tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_GNU);
    if (before.equals("./")) {
      put(tar, before, new Entry.Directory(Entry.RUN), time);
    }
    for (Map.Entry<String, Entry> one : tree.entries().entrySet()) {
      put(tar, before + one.getKey(), one.getValue(), time);
    }
    tar.finish();
    tar.flush();
  }

  private static void put(TarArchiveOutputStream tar, String path, Entry entry, Instant time)
      throws IOException {
    if (entry instanceof Entry.Link link) {
      TarArchiveEntry header = new TarArchiveEntry(path, TarConstants.LF_SYMLINK);
      header.setLinkName(link.target());
      put(tar, header, 0777, 0, time);
    } else if (entry instanceof Entry.Directory directory) {
      TarArchiveEntry header = new TarArchiveEntry(path.endsWith("/") ? path : path + "/");
      put(tar, header, directory.mode(), directory.owner(), time);
    } else if (entry instanceof Entry.File file) {
      TarArchiveEntry header = new TarArchiveEntry(path);
      header.setSize(file.content().size());
      header.setMode(file.mode());
      begin(tar, header, 0, time);
      try (InputStream content = file.content().open()) {
        content.transferTo(tar);
      }
      tar.closeArchiveEntry();
    }
  }

  private static void put(
      TarArchiveOutputStream tar, TarArchiveEntry header, int mode, int owner, Instant time)
      throws IOException {
    header.setMode(mode);
    begin(tar, header, owner, time);
    tar.closeArchiveEntry();
  }

  private static void begin(
      TarArchiveOutputStream tar, TarArchiveEntry header, int owner, Instant time)
      throws IOException {
    header.setModTime(Date.from(time));
    header.setIds(owner, owner);
    if (owner == 0) {
      header.setNames("root", "root");
    }
    tar.putArchiveEntry(header);
  }
}
