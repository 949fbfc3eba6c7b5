package dev.heimdall.packaging;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A container image for several architectures, as an archive of OCI's image layout. The layers are
 * the base of each architecture, the libraries, what is Heimdall's own, and the classes as that
 * base's Java has loaded them: of two releases mostly the last two differ. Written without a
 * library: Jib makes archives of one architecture, and no layers from archives or with links.
 */
final class ContainerImage {
  /**
   * User unknown on machines that run the image; numeric, so that Kubernetes sees that it is not
   * root.
   */
  static final int USER = 65532;

  private static final String HOME = "opt/heimdall/";
  private static final String CLASSES = HOME + "cache/classes";
  private static final String CONFIGURATION = "/etc/heimdall";
  private static final String STATE = "/var/lib/heimdall";
  private static final long SECOND = 1_000_000_000L;

  private ContainerImage() {}

  /**
   * Writes it.
   *
   * @param home the command, its libraries and its licences
   * @param conf the text of {@code /etc/heimdall.conf}
   * @param bases the tar file that each architecture stands on, by the architecture's name of OCI
   * @param caches of classes, by the architecture, where there are any
   * @param work an empty folder, in which it is made ready
   */
  static Path write(
      Tree home,
      String conf,
      Map<String, Path> bases,
      Map<String, Path> caches,
      About about,
      Path work,
      Path folder)
      throws IOException {
    OciLayout layout = new OciLayout(work);
    OciLayout.Layer libraries = layout.layer(libraries(home), about.time());
    OciLayout.Layer own = layout.layer(own(home, conf), about.time());
    for (Map.Entry<String, Path> base : new TreeMap<>(bases).entrySet()) {
      List<OciLayout.Layer> layers =
          new ArrayList<>(List.of(layout.layer(base.getValue()), libraries, own));
      List<String> from =
          new ArrayList<>(
              List.of("packaging/image-base", "libraries", "heimdall " + about.version()));
      ObjectNode settings = settings(about);
      Path cache = caches.get(base.getKey());
      if (cache != null) {
        Tree classes = new Tree().add(CLASSES, Entry.File.of(cache, Entry.PLAIN));
        layers.add(layout.layer(classes, about.time()));
        from.add("packaging/class-cache");
        ((ArrayNode) settings.path("Env")).add("HEIMDALL_CLASS_CACHE=/" + CLASSES);
      }
      layout.image(base.getKey(), about.time(), settings, layers, from);
    }
    return layout.archive(
        folder.resolve("heimdall-%s-image.tar".formatted(about.version())), about);
  }

  private static boolean ofOthers(String path) {
    return path.startsWith("lib/") && !path.startsWith("lib/heimdall-");
  }

  private static Tree libraries(Tree home) {
    return new Tree().addAll(HOME, home, ContainerImage::ofOthers);
  }

  private static Tree own(Tree home, String conf) {
    Tree tree =
        new Tree().addAll(HOME, home, path -> !ofOthers(path) && !path.startsWith("heimdall."));
    tree.add("usr/bin/heimdall", new Entry.Link("/" + HOME + "heimdall"));
    tree.add("etc/heimdall.conf", Entry.File.of(conf, Entry.PLAIN));
    tree.add(CONFIGURATION.substring(1), new Entry.Directory(0750, USER));
    tree.add(STATE.substring(1), new Entry.Directory(0700, USER));
    return tree;
  }

  /** Default settings with which a container is started. */
  private static ObjectNode settings(About about) {
    ObjectNode settings = JsonNodeFactory.instance.objectNode();
    settings.put("User", USER + ":" + USER);
    settings.putArray("Entrypoint").add("/" + HOME + "heimdall");
    settings.putArray("Cmd").add("run");
    settings
        .putArray("Env")
        .add("PATH=/usr/bin:/opt/java/bin")
        .add("JAVA_HOME=/opt/java")
        .add("HOME=" + STATE)
        .add("LANG=C.UTF-8")
        .add("HEIMDALL_HEALTH_PORT=5059");
    settings.put("WorkingDir", STATE);
    settings.put("StopSignal", "SIGTERM");
    settings.putObject("ExposedPorts").putObject("5059/tcp");
    // What a root that is only read leaves to be written.
    ObjectNode volumes = settings.putObject("Volumes");
    for (String volume : List.of(CONFIGURATION, "/tmp", STATE)) {
      volumes.putObject(volume);
    }
    // OCI has none: Docker and Podman read it, others pass over it.
    ObjectNode health = settings.putObject("Healthcheck");
    health
        .putArray("Test")
        .add("CMD-SHELL")
        .add("wget -q -O /dev/null http://127.0.0.1:$HEIMDALL_HEALTH_PORT/livez");
    health.put("Interval", 10 * SECOND);
    health.put("Timeout", 5 * SECOND);
    health.put("StartPeriod", 60 * SECOND);
    health.put("Retries", 3);
    settings.set("Labels", labels(about));
    return settings;
  }

  static ObjectNode labels(About about) {
    String of = "org.opencontainers.image.";
    return JsonNodeFactory.instance
        .objectNode()
        .put(of + "authors", about.maintainer())
        .put(of + "created", about.time().toString())
        .put(of + "description", about.summary())
        .put(of + "licenses", "Apache-2.0")
        .put(of + "title", "heimdall")
        .put(of + "version", about.version());
  }
}
