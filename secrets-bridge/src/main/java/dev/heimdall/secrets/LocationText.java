package dev.heimdall.secrets;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Parser of the words of a location. */
final class LocationText {
  private static final Pattern BUCKET =
      Pattern.compile("s3://([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:/+(.*))?");
  private static final Pattern SECRET = Pattern.compile("[A-Za-z0-9/_+=.@:-]{1,2048}");
  private static final Pattern ARN = Pattern.compile("arn:[^:]+:secretsmanager:([^:]+):.*");
  private static final Pattern REGION = Pattern.compile("[a-z]{2}(-[a-z]+){1,3}-[0-9]{1,2}");
  private static final Pattern SCHEME = Pattern.compile("[A-Za-z][A-Za-z0-9+.-]+:.*");

  private LocationText() {}

  static StoreLocation parse(String written) {
    if (!written.startsWith("s3:") && !written.startsWith("secret:")) {
      return new StoreLocation.Directory(path(written));
    }
    int question = written.indexOf('?');
    String place = question < 0 ? written : written.substring(0, question);
    Map<String, String> options =
        question < 0 ? Map.of() : options(written, written.substring(question + 1));
    return place.startsWith("s3:")
        ? bucket(written, place, options)
        : secret(written, place.substring("secret:".length()), options);
  }

  private static Map<String, String> options(String written, String text) {
    Map<String, String> options = new TreeMap<>();
    for (String option : text.split("&", -1)) {
      int equals = option.indexOf('=');
      if (equals < 0
          || !Set.of("region", "endpoint", "overflow", "commits")
              .contains(option.substring(0, equals))) {
        throw wrong(written, "behind the ? may stand region=…, endpoint=…, overflow=…, commits=…");
      }
      options.put(option.substring(0, equals), option.substring(equals + 1));
    }
    return options;
  }

  private static StoreLocation.Bucket bucket(
      String written, String place, Map<String, String> options) {
    Matcher bucket = BUCKET.matcher(place);
    if (!bucket.matches()) {
      throw wrong(
          written,
          "a bucket is written s3://bucket/prefix, its name with 3 to 63 small letters, digits, \"-\""
              + " and \".\"");
    }
    if (options.containsKey("overflow")) {
      throw wrong(written, "overflow=… is for secrets");
    }
    String prefix = bucket.group(2) == null ? "" : bucket.group(2).replaceAll("/+$", "");
    return new StoreLocation.Bucket(
        bucket.group(1),
        prefix,
        place(written, options, Optional.empty()),
        commits(written, options.get("commits")));
  }

  private static StoreLocation.Commits commits(String written, String option) {
    if (option == null) {
      return StoreLocation.Commits.NONE;
    }
    return switch (option) {
      case "write" -> StoreLocation.Commits.WRITTEN;
      case "read" -> StoreLocation.Commits.READ;
      case "prefer" -> StoreLocation.Commits.PREFERRED;
      default -> throw wrong(written, "behind commits= may stand write, read or prefer");
    };
  }

  private static StoreLocation.Secret secret(
      String written, String id, Map<String, String> options) {
    if (!SECRET.matcher(id).matches()) {
      throw wrong(written, "a secret is written secret:NAME or secret:ARN");
    }
    if (options.containsKey("commits")) {
      throw wrong(written, "commits=… is for buckets: a secret is written as a whole");
    }
    Matcher arn = ARN.matcher(id);
    StoreLocation.Place place =
        place(written, options, arn.matches() ? Optional.of(arn.group(1)) : Optional.empty());
    Optional<StoreLocation.Bucket> overflow =
        Optional.ofNullable(options.get("overflow"))
            .map(to -> bucket(written, to, Map.of()))
            .map(to -> new StoreLocation.Bucket(to.bucket(), to.prefix(), place));
    return new StoreLocation.Secret(id, place, overflow);
  }

  private static StoreLocation.Place place(
      String written, Map<String, String> options, Optional<String> otherwise) {
    Optional<String> region = Optional.ofNullable(options.get("region")).or(() -> otherwise);
    if (region.isPresent() && !REGION.matcher(region.get()).matches()) {
      throw wrong(written, "a region is written like eu-west-1");
    }
    try {
      Optional<URI> endpoint = Optional.empty();
      if (options.containsKey("endpoint")) {
        URI uri = new URI(options.get("endpoint"));
        if (uri.getHost() == null || !Set.of("http", "https").contains(uri.getScheme())) {
          throw wrong(written, "an endpoint is written https://host:port");
        }
        endpoint = Optional.of(uri);
      }
      return new StoreLocation.Place(region, endpoint);
    } catch (URISyntaxException e) {
      throw wrong(written, "an endpoint is written https://host:port");
    }
  }

  private static Path path(String written) {
    String path = written.startsWith("file:") ? written.substring("file:".length()) : written;
    if (path.startsWith("//")) {
      path = path.replaceFirst("^/+", "/");
    }
    if (path.isEmpty() || SCHEME.matcher(path).matches()) {
      throw wrong(written, "it is written s3://bucket/prefix, secret:NAME or as a directory");
    }
    return Path.of(path);
  }

  private static IllegalArgumentException wrong(String written, String hint) {
    return new IllegalArgumentException(
        "\"%s\" is no place for a configuration: %s".formatted(written, hint));
  }
}
