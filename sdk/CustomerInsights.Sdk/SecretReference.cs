using System.Text.Json;
using System.Text.Json.Serialization;

namespace CustomerInsights.Sdk;

/// <summary>
/// A secret setting as a plugin's options hold it: a name, not the value. In JSON <c>{"$secret":"name"}</c>. Open it with
/// <see cref="ISecrets.RevealAsync"/>, as late as possible.
/// </summary>
/// <param name="Name">The secret's name within the connection.</param>
[JsonConverter(typeof(JsonForm))]
public sealed record SecretReference(string Name)
{
    /// <summary>Never the value: <c>***</c>.</summary>
    /// <returns><c>***</c>.</returns>
    public override string ToString() => "***";

    /// <summary>Reads and writes <c>{"$secret":"name"}</c>.</summary>
    public sealed class JsonForm : JsonConverter<SecretReference>
    {
        /// <inheritdoc />
        public override SecretReference Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            if (reader.TokenType != JsonTokenType.StartObject
                || !reader.Read() || reader.TokenType != JsonTokenType.PropertyName || !reader.ValueTextEquals("$secret")
                || !reader.Read() || reader.TokenType != JsonTokenType.String)
            {
                throw new JsonException("A secret is given as {\"$secret\":\"name\"}; set its value through the host.");
            }

            var name = reader.GetString()!;
            return reader.Read() && reader.TokenType == JsonTokenType.EndObject
                ? new SecretReference(name)
                : throw new JsonException("A secret is given as {\"$secret\":\"name\"} and nothing else.");
        }

        /// <inheritdoc />
        public override void Write(Utf8JsonWriter writer, SecretReference value, JsonSerializerOptions options)
        {
            writer.WriteStartObject();
            writer.WriteString("$secret", value.Name);
            writer.WriteEndObject();
        }
    }
}
