using System.Buffers;
using System.Text;
using System.Text.Json;
using CustomerInsights.Sdk;

namespace CustomerInsights.Standards.Tests;

/// <summary>How a value of the SDK stands in JSON.</summary>
public sealed class FieldValueJsonTests
{
    [Fact]
    public void Every_kind_of_value_becomes_JSON_of_its_kind()
    {
        FieldValue[] values =
        [
            FieldValue.Null, "a \"b\"", 7L, 0.5, 1.10m, true, new DateOnly(1980, 5, 17), new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero),
            FieldValue.List(["x", "y"]), FieldValue.Json("{ \"a\":\n [1] }"u8.ToArray()),
        ];
        Assert.Equal("""[null,"a \u0022b\u0022",7,0.5,1.10,true,"1980-05-17","2026-01-02T03:04:05Z",["x","y"],{"a":[1]}]""", Written(values));
    }

    [Fact]
    public void JSON_that_is_none_is_not_written() => Assert.ThrowsAny<JsonException>(() => Written([FieldValue.Json("{"u8.ToArray())]));

    private static string Written(FieldValue[] values)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartArray();
            foreach (var value in values)
            {
                value.WriteTo(json);
            }

            json.WriteEndArray();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
