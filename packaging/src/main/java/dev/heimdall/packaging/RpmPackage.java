package dev.heimdall.packaging;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Map;
import org.eclipse.packager.rpm.FileFlags;
import org.eclipse.packager.rpm.RpmTag;
import org.eclipse.packager.rpm.RpmTagValue;
import org.eclipse.packager.rpm.RpmVersion;
import org.eclipse.packager.rpm.build.BuilderContext;
import org.eclipse.packager.rpm.build.BuilderOptions;
import org.eclipse.packager.rpm.build.FileInformation;
import org.eclipse.packager.rpm.build.RpmBuilder;
import org.eclipse.packager.rpm.coding.PayloadCoding;
import org.eclipse.packager.rpm.deps.RpmDependencyFlags;

/** An RPM of the tree, for all architectures. */
final class RpmPackage {
  private static final String RELEASE = "1";

  private RpmPackage() {}

  static Path write(Tree tree, About about, Path folder) throws IOException {
    String version = about.version().replace("-", "~");
    Path file = folder.resolve("heimdall-%s-%s.noarch.rpm".formatted(version, RELEASE));
    BuilderOptions options = new BuilderOptions();
    options.setPayloadCoding(PayloadCoding.XZ);
    try (RpmBuilder builder =
        new RpmBuilder("heimdall", new RpmVersion(version, RELEASE), "noarch", file, options)) {
      describe(builder.getInformation(), about);
      int time = Math.toIntExact(about.time().getEpochSecond());
      builder.setHeaderCustomizer(
          header -> {
            header.putInt(RpmTag.BUILDTIME, time);
            header.putStringArray(
                RpmTag.REQUIRE_NAME, named((RpmTagValue) header.get(RpmTag.REQUIRE_NAME)));
          });
      builder.addRequirement(
          "java-headless", "1:17", RpmDependencyFlags.GREATER, RpmDependencyFlags.EQUAL);
      builder.addRequirement("/usr/bin/bash", "");
      builder.addRequirement("/usr/sbin/useradd", "");
      builder.setPostInstallationScript("/bin/sh", Scripts.rpm("post"));
      builder.setPreRemoveScript("/bin/sh", Scripts.rpm("preun"));
      builder.setPostRemoveScript("/bin/sh", Scripts.rpm("postun"));
      add(builder.newContext(), tree, about);
      builder.build();
    }
    return file;
  }

  /** The library spells this one as nothing provides it. */
  private static String[] named(RpmTagValue requirements) {
    return Arrays.stream(requirements.asStringArray().orElseThrow())
        .map(name -> name.equals("PayloadIsXz") ? "rpmlib(PayloadIsXz)" : name)
        .toArray(String[]::new);
  }

  private static void describe(RpmBuilder.PackageInformation information, About about) {
    information.setSummary(about.summary());
    information.setDescription(String.join("\n", about.description()));
    information.setPackager(about.maintainer());
    information.setLicense("Apache-2.0");
    information.setBuildHost("localhost");
  }

  private static void add(BuilderContext context, Tree tree, About about) throws IOException {
    for (Map.Entry<String, Entry> one : tree.entries().entrySet()) {
      String path = "/" + one.getKey();
      if (one.getValue() instanceof Entry.File file) {
        try (InputStream content = file.content().open()) {
          context.addFile(
              path,
              content,
              (target, object, type) ->
                  information(about, 0100000 | file.mode(), file.configuration()));
        }
      } else if (one.getValue() instanceof Entry.Link link) {
        context.addSymbolicLink(
            path, link.target(), (target, object, type) -> information(about, 0120777, false));
      } else if (one.getValue() instanceof Entry.Directory directory && isOwn(path)) {
        context.addDirectory(
            path, (target, object, type) -> information(about, 0040000 | directory.mode(), false));
      }
    }
  }

  /** The others are the system's. */
  private static boolean isOwn(String path) {
    return path.contains("heimdall");
  }

  private static FileInformation information(About about, int mode, boolean configuration) {
    FileInformation information = new FileInformation();
    information.setTimestamp(about.time());
    information.setUser("root");
    information.setGroup("root");
    information.setMode((short) mode);
    if (configuration) {
      information.setFileFlags(EnumSet.of(FileFlags.CONFIGURATION, FileFlags.NOREPLACE));
    }
    return information;
  }
}
