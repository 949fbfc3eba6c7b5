package dev.heimdall.manager.masks;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heimdall.manager.jsontext.ExactJson;
import dev.heimdall.secrets.Content;
import dev.heimdall.secrets.Documents;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** Contents of documents as programs read and write them. */
public record MaskedDocuments(MaskedText masks) {
  private static final String JSON = ".json";
  private static final Pattern CERTIFICATE =
      Pattern.compile("-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\\s]++-----END CERTIFICATE-----");

  /**
   * Without secrets; empty: it cannot be told where they are, so none of it is shown. What is no
   * JSON is shown if it is nothing but certificates in PEM.
   */
  public Optional<Content> shown(String name, Content content) {
    if (name.endsWith(JSON)) {
      return content.text().flatMap(text -> masks.mask(name, text)).map(Content::of);
    }
    return isCertificates(new String(content.bytes(), StandardCharsets.ISO_8859_1))
        ? Optional.of(content)
        : Optional.empty();
  }

  private static boolean isCertificates(String text) {
    return !text.isBlank() && CERTIFICATE.matcher(text).replaceAll("").isBlank();
  }

  /**
   * Returns the content that a writer means: a mask becomes the secret that it stands for; and the
   * existing content, to the byte, is returned if the writer sends the same in other words.
   *
   * @param now where the secrets are
   */
  public Content meant(String name, Content sent, Documents now) throws MaskedText.Lost {
    if (!name.endsWith(JSON)) {
      return sent;
    }
    Optional<String> there = now.text(name);
    String text = new String(sent.bytes(), StandardCharsets.UTF_8);
    String meant = masks.unmask(name, text, there.map(List::of).orElse(List.of()));
    Optional<ObjectNode> before = there.flatMap(ExactJson::object);
    Optional<ObjectNode> after = before.isEmpty() ? before : ExactJson.object(meant);
    if (after.isPresent() && ExactJson.isSame(before.get(), after.get())) {
      return Content.of(there.get());
    }
    return meant.equals(text) ? sent : Content.of(meant);
  }
}
