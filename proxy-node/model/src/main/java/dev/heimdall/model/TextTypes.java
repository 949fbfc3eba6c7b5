package dev.heimdall.model;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** The kinds of values that are written as JSON strings. */
final class TextTypes {
  private TextTypes() {}

  /** Common base of these types: the string, and its default without quotes. */
  abstract static class Strings extends ValueType {
    abstract Optional<?> read(JsonValue.Str text, String path, Reading in);

    @Override
    Optional<?> read(JsonValue value, String path, Reading in) {
      if (value instanceof JsonValue.Str text) {
        return read(text, path, in);
      }
      in.problem(path, value.at(), shown(value), expected(), remedy(value));
      return Optional.empty();
    }

    String shown(JsonValue value) {
      return value.shown();
    }

    Optional<String> remedy(JsonValue value) {
      return Optional.empty();
    }

    @Override
    JsonValue written(String byDefault) {
      return new JsonValue.Str(Position.NONE, byDefault);
    }

    @Override
    Object placeholder() {
      return "";
    }

    @Override
    String name() {
      return "text";
    }
  }

  /** A text of a format. */
  static final class Text extends Strings {
    private final Format format;

    Text(Format format) {
      this.format = format;
    }

    @Override
    Optional<String> read(JsonValue.Str value, String path, Reading in) {
      String text = value.text();
      Optional<String> fault =
          format == Format.REGEX
              ? in.regexes().fault(text)
              : format.accepts(text) ? Optional.empty() : Optional.of(format.expected(text));
      if (fault.isEmpty()) {
        return Optional.of(text);
      }
      in.problem(
          path, value.at(), JsonValue.quote(format.shown(text)), fault.get(), format.remedy(text));
      return Optional.empty();
    }

    @Override
    String expected() {
      return format.expected();
    }

    @Override
    void describe(ObjectNode schema) {
      schema.put("type", "string").put("pattern", format.pattern());
    }

    @Override
    String name() {
      return switch (format) {
        case TEXT, PROSE, VERIFIER -> "text";
        case IDENTIFIER, NAME, SLOT, SECRET, LOG_GROUP, EVENT -> "name";
        case MAILBOX -> "e-mail address";
        case ADDRESS -> "IP address";
        case HOST, HELO -> "host";
        case URL, ENDPOINT -> "URL";
        case ARN, GLOBAL_ARN, TOPIC -> "ARN";
        case STORE -> "bucket or directory";
        case SOCKET -> "path";
        case FILE_MODE -> "file mode";
        case SERVER -> "host and port";
        case LDAP_SERVER -> "LDAP URL";
        case LDAP_FILTER -> "LDAP filter";
        case LDAP_ATTRIBUTE -> "name";
        case HOST_PATTERN -> "host pattern";
        case WRITER_URL, READER_URL -> "URL template";
        case NETWORK, NETWORK_OR_ALL -> "network";
        case REGEX -> "regular expression";
        case TABLE -> "table";
        case TABLES, TABLES_OR_NONE -> "tables";
      };
    }
  }

  /** A secret, or a reference to one: no problem ever shows it. */
  static final class Hidden extends Strings {
    private final Format format;

    Hidden(Format format) {
      this.format = format;
    }

    @Override
    Optional<?> read(JsonValue value, String path, Reading in) {
      if (value instanceof JsonValue.Obj object && in.secrets().mayBeNamed()) {
        if (object.members().values().stream()
            .anyMatch(member -> member.value() instanceof JsonValue.Open)) {
          return Optional.of(Secret.UNREAD);
        }
        return SecretReference.read(object, path, in)
            .flatMap(reference -> in.secrets().read(reference, object, format, path, in));
      }
      return super.read(value, path, in);
    }

    @Override
    Optional<Secret> read(JsonValue.Str value, String path, Reading in) {
      if (format.accepts(value.text())) {
        return Optional.of(new Secret(value.text()));
      }
      in.problem(
          path, value.at(), value.text().isEmpty() ? "\"\"" : Secret.MASK, format.expected());
      return Optional.empty();
    }

    @Override
    String expected() {
      return format.expected();
    }

    @Override
    String shown(JsonValue value) {
      if (value instanceof JsonValue.Num) {
        return Secret.MASK + " (a number)";
      }
      return value.shown();
    }

    @Override
    void describe(ObjectNode schema) {
      ArrayNode either = schema.putArray("anyOf");
      either.addObject().put("type", "string").put("pattern", format.pattern());
      ObjectNode reference = either.addObject();
      reference.put("description", "What Secrets Manager keeps in place of the text.");
      reference.put("type", "object");
      ObjectNode members = reference.putObject("properties");
      members
          .putObject(SecretReference.NAME)
          .put("description", "The secret's name or ARN.")
          .put("type", "string")
          .put("pattern", Format.SECRET.pattern());
      members
          .putObject(SecretReference.KEY)
          .put("description", "The member of the JSON object in it. Default: the whole secret.")
          .put("type", "string")
          .put("minLength", 1);
      reference.putArray("required").add(SecretReference.NAME);
      reference.put("additionalProperties", false);
      schema.put("writeOnly", true);
    }

    @Override
    Object placeholder() {
      return new Secret("");
    }

    @Override
    String name() {
      return "secret";
    }
  }

  /** A network. */
  static final class Network extends Strings {
    private final Text text;

    Network(Format format) {
      this.text = new Text(format);
    }

    @Override
    Optional<Cidr> read(JsonValue.Str value, String path, Reading in) {
      return text.read(value, path, in).map(Cidr::parse);
    }

    @Override
    String expected() {
      return text.expected();
    }

    @Override
    void describe(ObjectNode schema) {
      text.describe(schema);
    }

    @Override
    Object placeholder() {
      return Cidr.ALL;
    }

    @Override
    String name() {
      return text.name();
    }
  }

  /** A file that exists; a relative path begins at the configuration directory. */
  static final class File extends Strings {
    @Override
    Optional<Path> read(JsonValue.Str value, String path, Reading in) {
      if (!value.text().isEmpty()) {
        try {
          Path file = in.base().resolve(value.text()).normalize();
          if (Files.isRegularFile(file) && Files.isReadable(file)) {
            in.refersTo(file);
            return Optional.of(file);
          }
        } catch (InvalidPathException e) {
          // Said below, like any other path that leads nowhere.
        }
      }
      in.problem(path, value.at(), value.shown(), expected());
      return Optional.empty();
    }

    @Override
    boolean namesFile() {
      return true;
    }

    @Override
    String expected() {
      return "a file that exists and can be read; a relative path begins at the configuration"
          + " directory";
    }

    @Override
    void describe(ObjectNode schema) {
      schema.put("type", "string").put("minLength", 1);
    }

    @Override
    String name() {
      return "file";
    }
  }

  /** One of a few words. */
  static final class Choice extends Strings {
    private final List<? extends Spelled> choices;

    Choice(List<? extends Spelled> choices) {
      this.choices = choices;
    }

    private List<String> spellings() {
      return choices.stream().map(Spelled::spelling).toList();
    }

    @Override
    Optional<Spelled> read(JsonValue.Str value, String path, Reading in) {
      for (Spelled choice : choices) {
        if (choice.spelling().equals(value.text())) {
          return Optional.of(choice);
        }
      }
      in.problem(
          path, value.at(), value.shown(), expected(), in.nearest(value.text(), spellings()));
      return Optional.empty();
    }

    @Override
    String expected() {
      return choices.size() == 1
          ? JsonValue.quote(spellings().get(0))
          : "one of " + String.join(", ", spellings().stream().map(JsonValue::quote).toList());
    }

    @Override
    Object placeholder() {
      return choices.get(0);
    }

    @Override
    void describe(ObjectNode schema) {
      ArrayNode values = schema.putArray("enum");
      spellings().forEach(values::add);
    }

    @Override
    String name() {
      return spellings().stream().map(s -> "`" + s + "`").collect(Collectors.joining(", "));
    }
  }
}
