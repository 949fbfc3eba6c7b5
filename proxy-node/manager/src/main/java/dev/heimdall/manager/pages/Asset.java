package dev.heimdall.manager.pages;

/**
 * A file that browsers load with pages and keep.
 *
 * @param name that no other has
 * @param resource where it is on the class path, such as that of a WebJar
 */
public record Asset(String name, Kind kind, String resource) {
  /** Purpose of the file. */
  public enum Kind {
    STYLE("text/css; charset=utf-8"),
    SCRIPT("text/javascript; charset=utf-8"),
    /** A script that imports others, and that others import by its name. */
    MODULE("text/javascript; charset=utf-8"),
    ICON("image/svg+xml");

    private final String type;

    Kind(String type) {
      this.type = type;
    }

    String type() {
      return type;
    }
  }

  /** A style sheet. */
  public static Asset style(String name, String resource) {
    return new Asset(name, Kind.STYLE, resource);
  }

  /** A script, which runs once the page is there. */
  public static Asset script(String name, String resource) {
    return new Asset(name, Kind.SCRIPT, resource);
  }

  /** A module, whose name is what others import it by. */
  static Asset module(String name, String resource) {
    return new Asset(name, Kind.MODULE, resource);
  }
}
