package dev.heimdall.routing.call;

import java.io.IOException;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import javax.xml.XMLConstants;
import javax.xml.parsers.DocumentBuilder;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.xml.sax.InputSource;
import org.xml.sax.SAXException;

/** A part of a service's answer. */
public final class XmlPart {
  private final Element element;

  private XmlPart(Element element) {
    this.element = element;
  }

  /** The whole answer to a question. */
  public static XmlPart of(AwsQuestion question, String answer) throws AwsCallException {
    try {
      DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
      factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
      factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
      DocumentBuilder builder = factory.newDocumentBuilder();
      builder.setErrorHandler(null);
      return new XmlPart(
          builder.parse(new InputSource(new StringReader(answer))).getDocumentElement());
    } catch (ParserConfigurationException | SAXException | IOException e) {
      throw new AwsCallException(
          AwsCallException.Kind.REFUSED, "", question.action(), "the answer is no XML");
    }
  }

  /** Its parts of this name. */
  public List<XmlPart> parts(String name) {
    List<XmlPart> parts = new ArrayList<>();
    for (Node node = element.getFirstChild(); node != null; node = node.getNextSibling()) {
      if (node instanceof Element part && part.getTagName().equals(name)) {
        parts.add(new XmlPart(part));
      }
    }
    return parts;
  }

  /** Items of a list. */
  public List<XmlPart> items(String list) {
    return parts(list).stream().flatMap(part -> part.parts("item").stream()).toList();
  }

  /** Text of a part; empty if there is no such part. */
  public String text(String name) {
    return parts(name).stream()
        .map(part -> part.element.getTextContent().strip())
        .findFirst()
        .orElse("");
  }
}
