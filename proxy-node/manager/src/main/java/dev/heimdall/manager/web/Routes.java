package dev.heimdall.manager.web;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * A table of what is at which path. A path has literal segments and <code>{name}</code>, which is
 * any one that is not empty; <code>{name...}</code> at its end is all that follows. Where several
 * fit, the one with the longer literal beginning is meant.
 *
 * @param <R> what there is to know of a route
 */
public final class Routes<R extends Routes.Route> {
  private static final String REST = "...}";

  /** One of them. */
  public interface Route {
    /** Such as GET, which HEAD is, too. */
    String method();

    String path();
  }

  /**
   * The route of a request.
   *
   * @param parts what stands in the place of each variable segment
   */
  public record Found<R>(R route, List<String> parts) {}

  private record Entry<R>(R route, List<String> segments) {
    static <R extends Route> Entry<R> of(R route) {
      return new Entry<>(route, split(route.path()));
    }

    /** Literals, as far as they go. */
    long literals() {
      return segments.stream().takeWhile(segment -> !isVariable(segment)).count();
    }

    Optional<List<String>> parts(List<String> asked) {
      List<String> parts = new ArrayList<>();
      for (int i = 0; i < segments.size(); i++) {
        String segment = segments.get(i);
        if (segment.endsWith(REST) && asked.size() > i) {
          String rest = String.join("/", asked.subList(i, asked.size()));
          parts.add(rest);
          return rest.isEmpty() ? Optional.empty() : Optional.of(parts);
        }
        if (i >= asked.size()
            || (isVariable(segment) ? asked.get(i).isEmpty() : !segment.equals(asked.get(i)))) {
          return Optional.empty();
        }
        if (isVariable(segment)) {
          parts.add(asked.get(i));
        }
      }
      return asked.size() == segments.size() ? Optional.of(parts) : Optional.empty();
    }
  }

  private final List<Entry<R>> entries;

  /**
   * @throws IllegalArgumentException if two have the same method and path
   */
  public Routes(List<R> routes) {
    Set<String> seen = new HashSet<>();
    for (R route : routes) {
      if (!seen.add(route.method() + " " + route.path().replaceAll("\\{\\w+", "{"))) {
        throw new IllegalArgumentException(
            "two routes for %s %s".formatted(route.method(), route.path()));
      }
    }
    entries =
        routes.stream()
            .map(Entry::of)
            .sorted(Comparator.comparingLong((Entry<R> entry) -> entry.literals()).reversed())
            .toList();
  }

  private static boolean isVariable(String segment) {
    return segment.startsWith("{");
  }

  private static List<String> split(String path) {
    return Arrays.asList(path.split("/", -1));
  }

  /** All of them. */
  public List<R> all() {
    return entries.stream().map(Entry::route).toList();
  }

  /** True if there is one for this method at this path. */
  public boolean has(String method, String path) {
    List<String> asked = split(path);
    return entries.stream()
        .anyMatch(entry -> entry.route().method().equals(method) && entry.parts(asked).isPresent());
  }

  /**
   * The one that is asked for.
   *
   * @throws Refusal 404: there is none at this path; 405: it takes other methods
   */
  public Found<R> find(Request request) throws Refusal {
    List<String> asked = split(request.path());
    String method = request.method().equals("HEAD") ? "GET" : request.method();
    Set<String> methods = new TreeSet<>();
    for (Entry<R> entry : entries) {
      Optional<List<String>> parts = entry.parts(asked);
      if (parts.isPresent()) {
        if (entry.route().method().equals(method)) {
          return new Found<>(entry.route(), parts.get());
        }
        methods.add(entry.route().method());
      }
    }
    if (methods.isEmpty()) {
      throw new Refusal(404, "not_found", "There is nothing at %s.".formatted(request.path()));
    }
    String allowed = String.join(", ", methods);
    throw new Refusal(
            405,
            "method_not_allowed",
            "%s takes %s, not %s.".formatted(request.path(), allowed, request.method()))
        .header("Allow", allowed);
  }
}
