package dev.heimdall.manager.alerts;

import dev.heimdall.model.Secret;
import jakarta.mail.Authenticator;
import jakarta.mail.MessagingException;
import jakarta.mail.PasswordAuthentication;
import jakarta.mail.Session;
import jakarta.mail.URLName;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeBodyPart;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.internet.MimeMultipart;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.Date;
import java.util.Properties;
import org.eclipse.angus.mail.smtp.SMTPTransport;

/**
 * Sends messages by SMTP: over a connection whose certificate was checked unless nothing of it is
 * to be encrypted, within bounds of time and of what a server may say.
 */
final class Mail {
  private static final String PROTOCOL = "smtp";
  private static final String SETTING = "mail.smtp.";
  private static final String TRUE = "true";

  /** Length of a subject that mail servers are requested to show on one line. */
  private static final int LONGEST_SUBJECT = 150;

  private final Clock clock;
  private final Duration patience;

  Mail(Clock clock) {
    this(clock, Duration.ofSeconds(20));
  }

  /**
   * One with another patience.
   *
   * @param patience how long all of one message may take
   */
  Mail(Clock clock, Duration patience) {
    this.clock = clock;
    this.patience = patience;
  }

  /** Sends it once; what was answered, in words. */
  String send(EmailTarget target, Message message) throws Failed {
    try (MailConnection connection = MailConnection.open(target, patience)) {
      Session session = session(target, connection);
      SMTPTransport transport =
          new SMTPTransport(session, new URLName(PROTOCOL, null, -1, null, null, null));
      try {
        transport.connect(connection.socket());
        if (target.user().isPresent() && !transport.supportsExtension("AUTH")) {
          throw new Failed("it offers no log-in, and a user is to be logged in", false);
        }
        MimeMessage mail = written(session, target, message);
        transport.sendMessage(mail, mail.getAllRecipients());
        return "taken by %s".formatted(target.host());
      } catch (MessagingException e) {
        throw new MailFailure(target, connection, transport).of(e);
      } finally {
        try {
          transport.close();
        } catch (MessagingException e) {
          // What it has taken, it has.
        }
      }
    } catch (IOException e) {
      throw new Failed("the message cannot be written: " + e.getClass().getSimpleName(), false);
    }
  }

  private static Session session(EmailTarget target, MailConnection connection) {
    Properties settings = new Properties();
    settings.setProperty(SETTING + "host", target.host());
    settings.setProperty(SETTING + "from", target.from());
    settings.setProperty(SETTING + "localhost", target.helo().orElse(connection.ownAddress()));
    settings.setProperty(SETTING + "quitwait", "false");
    settings.setProperty(SETTING + "sendpartial", TRUE);
    if (target.security() == EmailTarget.Security.STARTTLS) {
      settings.setProperty(SETTING + "starttls.enable", TRUE);
      settings.setProperty(SETTING + "starttls.required", TRUE);
      settings.setProperty(SETTING + "ssl.checkserveridentity", TRUE);
      settings.put(SETTING + "ssl.socketFactory", connection.tls().getSocketFactory());
    }
    if (target.user().isEmpty()) {
      return Session.getInstance(settings);
    }
    String user = target.user().get();
    String password = target.password().map(Secret::value).orElse("");
    settings.setProperty(SETTING + "auth", TRUE);
    settings.setProperty(SETTING + "auth.mechanisms", "PLAIN LOGIN");
    settings.setProperty(SETTING + "user", user);
    return Session.getInstance(
        settings,
        new Authenticator() {
          @Override
          protected PasswordAuthentication getPasswordAuthentication() {
            return new PasswordAuthentication(user, password);
          }
        });
  }

  private MimeMessage written(Session session, EmailTarget target, Message message)
      throws MessagingException, IOException {
    MimeMessage mail = new Identified(session, message.id(), target.from());
    mail.setFrom(new InternetAddress(target.from(), "Heimdall", StandardCharsets.UTF_8.name()));
    for (String to : target.to()) {
      mail.addRecipient(jakarta.mail.Message.RecipientType.TO, new InternetAddress(to, true));
    }
    mail.setSubject(message.headline(LONGEST_SUBJECT), StandardCharsets.UTF_8.name());
    mail.setSentDate(Date.from(clock.instant()));
    // Holidays' and other programs' answers are not read.
    mail.setHeader("Auto-Submitted", "auto-generated");
    MimeBodyPart plain = new MimeBodyPart();
    plain.setText(MailText.plain(message), StandardCharsets.UTF_8.name());
    MimeBodyPart html = new MimeBodyPart();
    html.setText(MailText.html(message), StandardCharsets.UTF_8.name(), "html");
    mail.setContent(new MimeMultipart("alternative", plain, html));
    mail.saveChanges();
    return mail;
  }

  /** One whose Message-ID is the same when it is sent again, and names no machine. */
  private static final class Identified extends MimeMessage {
    private final String id;

    Identified(Session session, String id, String from) {
      super(session);
      this.id = "<%s@%s>".formatted(id, from.substring(from.lastIndexOf('@') + 1));
    }

    @Override
    protected void updateMessageID() throws MessagingException {
      setHeader("Message-ID", id);
    }
  }
}
