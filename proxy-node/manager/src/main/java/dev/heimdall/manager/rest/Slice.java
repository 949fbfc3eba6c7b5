package dev.heimdall.manager.rest;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heimdall.manager.web.Answer;
import dev.heimdall.manager.web.Refusal;
import dev.heimdall.manager.web.Request;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * Part of a list that a request wants: {@code limit} items, those behind the end of the page
 * before, which its {@code next} says and {@code after} repeats. What comes or goes meanwhile moves
 * nothing else to another page.
 *
 * @param after the key of the last item of the page before; empty: from the beginning
 */
public record Slice(int limit, Optional<String> after) {
  /** Items of a page at most, and unless the request says otherwise. */
  public static final int MOST = 1000;

  /**
   * A part of a list.
   *
   * @param next what the next page is asked for with; empty: this is the last one
   * @param <T> of items
   */
  public record Part<T>(List<T> items, Optional<String> next) {
    /** A body with these items, and which page is next, if there is one. */
    public ObjectNode body(String key, Fields<T> item) {
      ObjectNode body = Answer.JSON.createObjectNode();
      body.set(key, item.all(items));
      return tell(body);
    }

    /** Says which page is next, if there is one. */
    public ObjectNode tell(ObjectNode body) {
      next.ifPresent(token -> body.put("next", token));
      return body;
    }
  }

  /** Reads the slice of a request. */
  public static Slice of(Request request) throws Refusal {
    return of(request, MOST);
  }

  /**
   * Reads the slice of a request with another usual size.
   *
   * @param usual items, unless it says how many
   */
  public static Slice of(Request request, int usual) throws Refusal {
    return new Slice(limit(request.query("limit"), usual), token(request.query("after")));
  }

  private static int limit(Optional<String> asked, int usual) throws Refusal {
    if (asked.isEmpty()) {
      return usual;
    }
    int limit = asked.get().matches("[0-9]{1,4}") ? Integer.parseInt(asked.get()) : 0;
    if (limit < 1 || limit > MOST) {
      throw Request.bad("limit: expected a number from 1 to %d.".formatted(MOST));
    }
    return limit;
  }

  private static Optional<String> token(Optional<String> asked) throws Refusal {
    if (asked.isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          new String(Base64.getUrlDecoder().decode(asked.get()), StandardCharsets.UTF_8));
    } catch (IllegalArgumentException e) {
      throw unknown();
    }
  }

  private static Refusal unknown() {
    return Request.bad(
        "after: expected the next of the page before, as it was answered. Begin anew without it.");
  }

  /** Of items by name. */
  public <T> Part<T> byName(List<T> all, Function<T, String> name) {
    return sorted(all, name, Comparator.naturalOrder());
  }

  /** Of items with numbers, the largest first. */
  public <T> Part<T> byNumber(List<T> all, Function<T, Integer> number) {
    return sorted(all, item -> "%019d".formatted(number.apply(item)), Comparator.reverseOrder());
  }

  /** Of what happened, the last first. */
  public <T> Part<T> byTime(List<T> all, Function<T, Instant> time, Function<T, String> id) {
    return sorted(
        all,
        item ->
            "%019d.%09d %s"
                .formatted(
                    time.apply(item).getEpochSecond(), time.apply(item).getNano(), id.apply(item)),
        Comparator.reverseOrder());
  }

  private <T> Part<T> sorted(List<T> all, Function<T, String> key, Comparator<String> order) {
    return part(
        all.stream()
            .filter(item -> after.isEmpty() || order.compare(key.apply(item), after.get()) > 0)
            .sorted((one, other) -> order.compare(key.apply(one), key.apply(other)))
            .toList(),
        key);
  }

  /**
   * Of items in an order of their own.
   *
   * @throws Refusal the last item of the page before is not in the list any more
   */
  public <T> Part<T> asListed(List<T> all, Function<T, String> key) throws Refusal {
    if (after.isEmpty()) {
      return part(all, key);
    }
    for (int i = 0; i < all.size(); i++) {
      if (key.apply(all.get(i)).equals(after.get())) {
        return part(all.subList(i + 1, all.size()), key);
      }
    }
    throw unknown();
  }

  private <T> Part<T> part(List<T> rest, Function<T, String> key) {
    List<T> items = List.copyOf(rest.subList(0, Math.min(limit, rest.size())));
    return new Part<>(
        items,
        items.size() < rest.size()
            ? Optional.of(
                Base64.getUrlEncoder()
                    .withoutPadding()
                    .encodeToString(
                        key.apply(items.get(items.size() - 1)).getBytes(StandardCharsets.UTF_8)))
            : Optional.empty());
  }

  /** Shape of {@link Part#body}. */
  public static Shape shape(String key, Fields<?> item) {
    return shape(key, item.shape());
  }

  /** A list of such items as a body, with what may say that there is more. */
  public static Shape shape(String key, Shape item) {
    return Shape.object()
        .with(key, Shape.list("", item))
        .maybe("next", Shape.text("Ask for the next page with it, as after. Without: no more."));
  }
}
