using System.Text.Json;
using CustomerInsights.Plugins.Schema;

namespace CustomerInsights.Plugins.Tests.Schema;

public sealed class JsonSchemaTests
{
    public static TheoryData<int, string, string> Cases
    {
        get
        {
            var data = new TheoryData<int, string, string>();
            for (var i = 0; i < JsonSchemaCases.All.Length; i++)
            {
                data.Add(i, JsonSchemaCases.All[i].Schema, JsonSchemaCases.All[i].Value);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Every_keyword_says_what_is_wrong(int index, string schema, string value)
    {
        using var document = JsonDocument.Parse(value);
        var problems = JsonSchema.Load(schema).Validate(document.RootElement);
        Assert.Equal(JsonSchemaCases.All[index].Said, string.Join('\n', problems.Select(problem => (problem.IsWarning ? "warning " : "") + problem)));
    }

    [Theory]
    [InlineData("""{"minLenght":1}""", "/minLenght: The keyword 'minLenght' is not supported; did you mean 'minLength'?")]
    [InlineData("""{"anyOf":[{}]}""", "/anyOf: The keyword 'anyOf' is not supported; use oneOf, with a property that tells the branches apart.")]
    [InlineData("""{"dependentRequired":{}}""", "/dependentRequired: The keyword 'dependentRequired' is not supported; remove it, or name it x-… if it is a hint for people.")]
    [InlineData("""{"properties":{"a":{"typ":"string"}}}""", "/properties/a/typ: The keyword 'typ' is not supported; did you mean 'type'?")]
    [InlineData("""{"$defs":{"a":{"typ":"string"}}}""", "/$defs/a/typ: The keyword 'typ' is not supported; did you mean 'type'?")]
    [InlineData("""{"type":"text"}""", "/type: 'text' is not a type. Types are object, array, string, integer, number, boolean, null.")]
    [InlineData("""{"type":"sting"}""", "/type: 'sting' is not a type; did you mean 'string'? Types are object, array, string, integer, number, boolean, null.")]
    [InlineData("""{"minItems":-1}""", "/minItems: Expected a whole number from 0, found -1.")]
    [InlineData("""{"enum":[]}""", "/enum: Expected a list with at least one entry, found a list of 0.")]
    [InlineData("""{"required":"a"}""", "/required: Expected a list of names, found 'a'.")]
    [InlineData("""{"uniqueItems":1}""", "/uniqueItems: Expected true or false, found 1.")]
    [InlineData("""{"$ref":"other.json"}""", "/$ref: 'other.json' is not a reference within this schema; write #/$defs/name.")]
    [InlineData("""{"$ref":"#/$defs/a"}""", "/$ref: '#/$defs/a' leads nowhere: there is no '$defs'.")]
    [InlineData("""{"$ref":"#"}""", "/$ref: The schema refers to itself without going down; it can never be decided.")]
    [InlineData("""{"if":true}""", "/if: 'if' does nothing without 'then'; add it.")]
    [InlineData("""{"oneOf":[{"type":"string"},{"type":"number"}]}""", "/oneOf: The branches cannot be told apart: give every branch the same property with another 'const'.")]
    [InlineData("""{"items":1}""", "/items: A schema is an object, true or false, not a number.")]
    [InlineData("""{"a":1,"a":2}""", "(document): Not valid JSON: Duplicate property 'a' encountered during deserialization.")]
    public void A_schema_that_cannot_be_used_says_why_when_it_is_loaded(string schema, string message)
    {
        var error = Assert.Throws<SchemaException>(() => JsonSchema.Load(schema));
        Assert.Equal(message, error.Problems[0].ToString());
    }

    [Fact]
    public void A_pattern_that_cannot_be_parsed_is_a_problem_of_the_schema()
    {
        var error = Assert.Throws<SchemaException>(() => JsonSchema.Load("""{"pattern":"(("}"""));
        Assert.StartsWith("/pattern: The pattern cannot be used: ", Assert.Single(error.Problems).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Duplicate_names_and_texts_without_end_are_refused_in_documents_too()
    {
        var schema = JsonSchema.Load("true");
        Assert.Equal("json", Assert.Single(schema.Validate("""{"a":1,"a":2}""")).Rule);
        Assert.Equal("size", Assert.Single(schema.Validate(new string(' ', JsonSchema.MaxCharacters + 1))).Rule);
        Assert.Equal("json", Assert.Single(schema.Validate(new string('[', 100) + new string(']', 100))).Rule);
    }

    [Fact]
    public void No_more_than_100_problems_are_told()
    {
        var schema = JsonSchema.Load("""{"items":{"type":"string"}}""");
        Assert.Equal(100, schema.Validate("[" + string.Join(',', Enumerable.Range(0, 500)) + "]").Count);
    }

    [Fact]
    public void A_schema_keeps_its_text_for_forms()
    {
        Assert.Equal("""{"title":"A form"}""", JsonSchema.Load("""{"title":"A form"}""").RawJson);
    }
}
