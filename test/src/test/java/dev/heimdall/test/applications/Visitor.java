package dev.heimdall.test.applications;

import java.io.IOException;
import java.net.CookieManager;
import java.net.CookiePolicy;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Somebody with a browser without scripts: follows links, fills in forms, and notes each page. */
final class Visitor {
  private static final Pattern FORM = Pattern.compile("(?is)<form\\b[^>]*>.*?</form>");
  private static final Pattern FIELD = Pattern.compile("(?is)<input\\b[^>]*>");
  private static final Pattern AREA = Pattern.compile("(?is)<textarea\\b([^>]*)>(.*?)</textarea>");
  private static final Pattern LIST = Pattern.compile("(?is)<select\\b([^>]*)>(.*?)</select>");
  private static final Pattern OPTION = Pattern.compile("(?is)<option\\b([^>]*)>");
  private static final Pattern TAG =
      Pattern.compile("(?s)<(script|style)\\b.*?</\\1>|<!--.*?-->|<[^>]*>");

  private final HttpClient http =
      HttpClient.newBuilder()
          .cookieHandler(new CookieManager(null, CookiePolicy.ACCEPT_ALL))
          .followRedirects(HttpClient.Redirect.NORMAL)
          .version(HttpClient.Version.HTTP_1_1)
          .build();

  private final URI site;
  private final Transcript pages;
  private String authorization = "";
  private URI at;
  private String page = "";
  private int status;

  Visitor(URI site, Transcript pages) {
    this.site = site;
    this.at = site;
    this.pages = pages;
  }

  /** Somebody else at the same place, whose pages are noted in the same transcript. */
  Visitor another() {
    return new Visitor(site, pages);
  }

  /** A token that calls carry from now on; none if it is empty. */
  void bearer(String value) {
    authorization = value.isEmpty() ? "" : "Bearer " + value;
  }

  /** A key that calls carry from now on, without the name of a scheme. */
  void key(String value) {
    authorization = value;
  }

  /** Fails unless the last page has this: a walk that went astray compares nothing. */
  void shows(String part) {
    if (!page.contains(part)) {
      throw new AssertionError("no " + part + " at " + at + " (" + status + "):\n" + text(page));
    }
  }

  String get(String path) {
    return send("GET " + path, request(path).GET());
  }

  /** A call of an API with a body in JSON. */
  String json(String method, String path, String body) {
    return send(
        method + " " + path,
        request(path)
            .header("Content-Type", "application/json")
            .header("Accept", "application/json")
            .method(method, HttpRequest.BodyPublishers.ofString(body)));
  }

  /** A form that no page has shown. */
  String post(String path, Map<String, String> fields) {
    return send("POST " + path, posted(request(path), fields));
  }

  /**
   * Fills in the form of the last page that has this in its text, and sends it.
   *
   * @param part a name or a label
   * @param fields names and values in turn, besides those that the form has already
   */
  String submit(String part, String... fields) {
    Matcher forms = FORM.matcher(page);
    while (forms.find()) {
      String form = forms.group();
      if (form.contains(part)) {
        Map<String, String> all = filledIn(form);
        for (int i = 0; i < fields.length; i += 2) {
          all.put(fields[i], fields[i + 1]);
        }
        String begin = form.substring(0, form.indexOf('>') + 1);
        String action = unescaped(attribute(begin, "action"));
        URI target = action.isEmpty() ? at : at.resolve(action);
        if (!"post".equalsIgnoreCase(attribute(begin, "method"))) {
          return get(target.getRawPath() + "?" + encoded(all));
        }
        return send(
            "POST " + target.getPath(),
            posted(HttpRequest.newBuilder(target).timeout(Duration.ofMinutes(3)), all));
      }
    }
    throw new AssertionError("no form with " + part + " at " + at + ":\n" + text(page));
  }

  /** The first link of the last page that this finds, its first group. */
  String find(String expression) {
    Matcher found = Pattern.compile(expression).matcher(page);
    if (!found.find()) {
      throw new AssertionError("no " + expression + " at " + at + " (" + status + "):\n" + page);
    }
    return unescaped(found.group(1));
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(site.resolve(path)).timeout(Duration.ofMinutes(3));
  }

  private static HttpRequest.Builder posted(
      HttpRequest.Builder request, Map<String, String> fields) {
    return request
        .header("Content-Type", "application/x-www-form-urlencoded")
        .POST(HttpRequest.BodyPublishers.ofString(encoded(fields)));
  }

  private String send(String step, HttpRequest.Builder request) {
    if (!authorization.isEmpty()) {
      request.header("Authorization", authorization);
    }
    try {
      HttpResponse<String> response =
          http.send(request.build(), HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
      at = response.uri();
      status = response.statusCode();
      page = response.body();
      pages.add(Masks.masked(step), List.of(("status " + status + "\n" + text(page)).split("\n")));
      return page;
    } catch (IOException e) {
      throw new IllegalStateException(step, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** What one reads of a page, a line for each piece between two tags; of JSON, for each value. */
  private static String text(String page) {
    if (page.startsWith("{") || page.startsWith("[")) {
      // Where a set's last member stands is chance.
      return page.replaceAll("(?<=[,{\\[])(?=[\"{\\[])", "\n").replaceAll("[,\\]}]+(?=\n|$)", "");
    }
    return TAG.matcher(page)
        .replaceAll("\n")
        .replaceAll("[ \t\r]+", " ")
        .replaceAll("\\s*\n\\s*", "\n");
  }

  private static Map<String, String> filledIn(String form) {
    Map<String, String> fields = new LinkedHashMap<>();
    Matcher inputs = FIELD.matcher(form);
    while (inputs.find()) {
      String input = inputs.group();
      String type = attribute(input, "type").toLowerCase(Locale.ROOT);
      boolean chosen = input.matches("(?is).*\\schecked\\b.*");
      boolean sent =
          switch (type) {
            case "submit", "button", "image", "file", "reset" -> false;
            case "checkbox", "radio" -> chosen;
            default -> true;
          };
      if (sent && !attribute(input, "name").isEmpty()) {
        fields.put(attribute(input, "name"), unescaped(attribute(input, "value")));
      }
    }
    Matcher areas = AREA.matcher(form);
    while (areas.find()) {
      fields.put(attribute(areas.group(1), "name"), unescaped(areas.group(2)));
    }
    Matcher lists = LIST.matcher(form);
    while (lists.find()) {
      String name = attribute(lists.group(1), "name");
      Matcher options = OPTION.matcher(lists.group(2));
      while (!name.isEmpty() && options.find()) {
        String option = options.group(1);
        if (!fields.containsKey(name) || option.matches("(?is).*\\sselected\\b.*")) {
          fields.put(name, unescaped(attribute(option, "value")));
        }
      }
    }
    return fields;
  }

  private static String attribute(String tag, String name) {
    Matcher value =
        Pattern.compile("(?is)\\s" + name + "\\s*=\\s*(?:\"([^\"]*)\"|'([^']*)'|([^\\s>]+))")
            .matcher(tag);
    if (!value.find()) {
      return "";
    }
    for (int i = 1; i <= 3; i++) {
      if (value.group(i) != null) {
        return value.group(i);
      }
    }
    return "";
  }

  private static String unescaped(String text) {
    return text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&#039;", "'")
        .replace("&#x2F;", "/")
        .replace("&#38;", "&")
        .replace("&#038;", "&")
        .replace("&amp;", "&");
  }

  private static String encoded(Map<String, String> fields) {
    return fields.entrySet().stream()
        .map(
            field ->
                URLEncoder.encode(field.getKey(), StandardCharsets.UTF_8)
                    + "="
                    + URLEncoder.encode(field.getValue(), StandardCharsets.UTF_8))
        .collect(Collectors.joining("&"));
  }
}
