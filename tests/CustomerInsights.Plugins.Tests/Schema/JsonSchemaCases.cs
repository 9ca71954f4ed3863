namespace CustomerInsights.Plugins.Tests.Schema;

/// <summary>One line for each rule: schema, value, and what is said of it ("" for nothing).</summary>
internal static class JsonSchemaCases
{
    internal static readonly (string Schema, string Value, string Said)[] All =
    [
        ("true", "1", ""),
        ("false", "1", "(document): Nothing is allowed here; remove it."),
        ("{}", "null", ""),

        // type
        ("""{"type":"string"}""", "\"a\"", ""),
        ("""{"type":"string"}""", "1", "(document): Expected text, found a number, 1."),
        ("""{"type":"object"}""", "[]", "(document): Expected an object, found a list."),
        ("""{"type":"array"}""", "{}", "(document): Expected a list, found an object."),
        ("""{"type":"boolean"}""", "true", ""),
        ("""{"type":"boolean"}""", "\"yes\"", "(document): Expected true or false, found text, 'yes'."),
        ("""{"type":"null"}""", "0", "(document): Expected null, found a number, 0."),
        ("""{"type":"integer"}""", "2.0", ""),
        ("""{"type":"integer"}""", "2.5", "(document): Expected a whole number, found a number, 2.5."),
        ("""{"type":"integer"}""", "1e400", "(document): Expected a whole number, found a number, 1e400."),
        ("""{"type":"number"}""", "2.5", ""),
        ("""{"type":["string","null"]}""", "null", ""),
        ("""{"type":["string","null"]}""", "true", "(document): Expected text or null, found true or false, true."),

        // enum, const
        ("""{"enum":["a","b"]}""", "\"b\"", ""),
        ("""{"enum":["connector","enrichment","export"]}""", "\"conector\"", "(document): 'conector' is not one of connector, enrichment, export; did you mean 'connector'?"),
        ("""{"enum":["a",1]}""", "2", "(document): 2 is not one of a, 1."),
        ("""{"const":1}""", "1.0", ""),
        ("""{"const":{"a":[1]}}""", """{"a":[1]}""", ""),
        ("""{"const":1}""", "2", "(document): Must be 1, found 2."),

        // objects
        ("""{"required":["a"],"properties":{"a":{"description":"the first letter"}}}""", "{}", "(document): 'a' (the first letter) is missing; add it."),
        ("""{"required":["a"]}""", "[]", ""),
        ("""{"properties":{"a":{"type":"string"}}}""", """{"a":1,"b":2}""", "/a: Expected text, found a number, 1."),
        ("""{"properties":{"name":{}},"additionalProperties":false}""", """{"nmae":1}""", "/nmae: 'nmae' is not known here; did you mean 'name'?"),
        ("""{"properties":{"name":{},"id":{}},"additionalProperties":false}""", """{"whatever":1}""", "/whatever: 'whatever' is not known here; known are name, id."),
        ("""{"additionalProperties":{"type":"integer"}}""", """{"a/b":"x"}""", "/a~1b: Expected a whole number, found text, 'x'."),
        ("""{"patternProperties":{"^x-":true},"additionalProperties":false}""", """{"x-note":1}""", ""),
        ("""{"patternProperties":{"^n_":{"type":"number"}}}""", """{"n_a":"x"}""", "/n_a: Expected a number, found text, 'x'."),

        // arrays
        ("""{"items":{"type":"string"}}""", """["a",1]""", "/1: Expected text, found a number, 1."),
        ("""{"minItems":1}""", "[]", "(document): The list has 0 entries; it needs at least 1."),
        ("""{"maxItems":1}""", "[1,2]", "(document): The list has 2 entries; it may have at most 1."),
        ("""{"uniqueItems":true}""", """[1,"1",[1],{"a":1},{"a":2}]""", ""),
        ("""{"uniqueItems":true}""", "[1,2,1.0]", "/2: 1.0 is in the list twice, first at position 0; remove one."),
        ("""{"uniqueItems":true}""", """[{"a":1,"b":2},{"b":2,"a":1}]""", "/1: an object is in the list twice, first at position 0; remove one."),

        // text
        ("""{"minLength":1}""", "\"\"", "(document): The text is empty; give at least one character."),
        ("""{"minLength":3}""", "\"ab\"", "(document): 'ab' has 2 characters; it needs at least 3."),
        ("""{"maxLength":1}""", "\"ab\"", "(document): 'ab' has 2 characters; it may have at most 1."),
        ("""{"maxLength":1}""", "\"\\ud83d\\ude00\"", ""),
        ("""{"pattern":"^[a-z]+$","description":"lower case"}""", "\"Ab\"", "(document): 'Ab' does not match ^[a-z]+$ (lower case)."),
        ("""{"pattern":"^a$"}""", "\"a\\n\"", "(document): 'a ' does not match ^a$."),
        ("""{"pattern":"^\\d$"}""", "\"\u0665\"", "(document): '\u0665' does not match ^\\d$."),
        ("""{"pattern":"^(?!/)x"}""", "\"x\"", ""),
        ("""{"pattern":"b"}""", "\"abc\"", ""),
        ("""{"pattern":"^(?!x)(a+)+$"}""", "\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!\"", "(document): 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!' could not be compared with ^(?!x)(a+)+$ in time; shorten it."),

        // numbers
        ("""{"minimum":1}""", "1", ""),
        ("""{"minimum":1}""", "0.5", "(document): 0.5 is too small; at least 1."),
        ("""{"maximum":1}""", "1.5", "(document): 1.5 is too large; at most 1."),
        ("""{"maximum":1}""", "1e300", "(document): 1e300 is too large; at most 1."),
        ("""{"exclusiveMinimum":0}""", "0", "(document): 0 is too small; it must be more than 0."),
        ("""{"exclusiveMinimum":0}""", "0.001", ""),
        ("""{"minimum":1}""", "\"text\"", ""),

        // formats warn
        ("""{"format":"uri"}""", "\"no url\"", "warning (document): 'no url' does not look like an absolute URL such as https://example.com/."),
        ("""{"format":"uri"}""", "\"https://example.com/\"", ""),
        ("""{"format":"email"}""", "\"a@b@c\"", "warning (document): 'a@b@c' does not look like an e-mail address."),
        ("""{"format":"date"}""", "\"2026-02-30\"", "warning (document): '2026-02-30' does not look like a date such as 2026-11-22."),
        ("""{"format":"date-time"}""", "\"2026-02-03T04:05:06Z\"", ""),
        ("""{"format":"date-time"}""", "\"2026-02-03\"", "warning (document): '2026-02-03' does not look like a time such as 2026-11-22T09:00:00Z."),
        ("""{"format":"uuid"}""", "\"x\"", "warning (document): 'x' does not look like a UUID."),
        ("""{"format":"multiline"}""", "\"x\"", ""),

        // combinations
        ("""{"allOf":[{"minimum":1},{"maximum":3}]}""", "4", "(document): 4 is too large; at most 3."),
        ("""{"not":{"const":"inProcess"}}""", "\"inProcess\"", "(document): 'inProcess' is not allowed here."),
        ("""{"not":{"const":1,"description":"one is taken"}}""", "1", "(document): 1 is not allowed here (one is taken)."),
        ("""{"not":{"const":1}}""", "2", ""),
        ("""{"if":{"required":["a"]},"then":{"required":["b"]}}""", """{"a":1}""", "(document): 'b' is missing; add it."),
        ("""{"if":{"required":["a"]},"then":{"required":["b"]}}""", "{}", ""),
        ("""{"if":{"format":"uri"},"then":false}""", "\"no url\"", "(document): Nothing is allowed here; remove it."),

        // references
        ("""{"$ref":"#/$defs/n","$defs":{"n":{"type":"number"}}}""", "\"x\"", "(document): Expected a number, found text, 'x'."),
        ("""{"$ref":"#/$defs/n","maximum":1,"$defs":{"n":{"type":"number"}}}""", "2", "(document): 2 is too large; at most 1."),
        ("""{"properties":{"child":{"$ref":"#"}},"additionalProperties":false}""", """{"child":{"child":{"x":1}}}""", "/child/child/x: 'x' is not known here; known are child."),
        ("""{"$ref":"#/$defs/a~1b","$defs":{"a/b":{"type":"number"}}}""", "1", ""),
        ("""{"$ref":"#/$defs/a","$defs":{"a":{"allOf":[{"$ref":"#/$defs/a"}]}}}""", "1", "(document): The document or the schema is nested deeper than 512 steps."),

        // oneOf with a discriminator
        (OneOf, """{"kind":"file","path":"/a"}""", ""),
        (OneOf, """{"kind":"file"}""", "(document): 'path' is missing; add it."),
        (OneOf, """{"kind":"fil"}""", "/kind: 'fil' is not one of file, url; did you mean 'file'?"),
        (OneOf, """{"path":"/a"}""", "(document): 'kind' is missing; give one of file, url."),
        (OneOf, "1", "(document): Expected an object with 'kind', found a number."),

        // annotations
        ("""{"title":"t","description":"d","default":1,"examples":[1],"$comment":"c","deprecated":true,"readOnly":true,"writeOnly":true,"x-order":1}""", "2", ""),
    ];

    private const string OneOf = """
        {"oneOf":[
          {"properties":{"kind":{"const":"file"},"path":{"type":"string"}},"required":["path"]},
          {"properties":{"kind":{"const":"url"},"url":{"type":"string"}},"required":["url"]}]}
        """;
}
