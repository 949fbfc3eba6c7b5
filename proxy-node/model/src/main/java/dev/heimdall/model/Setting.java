package dev.heimdall.model;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Describes one setting. The component's name is the key in the document and its type says how the
 * value is written; reader, schema and reference tables are all made from these descriptions.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
public @interface Setting {
  /** Meaning of the setting, in whole sentences. */
  String value();

  /** The default as the user would write it (without quotes); lists and maps as JSON. */
  String byDefault() default "";

  /** The default in words, where it follows from something else. */
  String otherwise() default "";

  /** True when the key must be written. */
  boolean required() default false;

  /** Smallest and largest value, in the setting's own notation: {@code 1..4095}, {@code 1s..1h}. */
  String range() default "";

  /** Meaning of 0; empty when 0 is allowed only as part of the range. */
  String zero() default "";

  /** Unit of a plain number. */
  String unit() default "";

  /** True if {@code ${…}} may stand in the value, written as a text, in a parameter of a rule. */
  boolean dynamic() default false;

  /** The key in the document, where it cannot be the component's name. */
  String key() default "";

  /**
   * A {@link ValueType} by its class, where the component's type does not say how it is written.
   */
  Class<?> as() default Setting.class;

  /** Required form of a text. */
  Format format() default Format.TEXT;

  /** Time at which a change of the setting takes effect in a running node. */
  Applies applies() default Applies.AT_ONCE;
}
