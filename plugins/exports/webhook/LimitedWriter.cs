using System.Text;

namespace CustomerInsights.Exports.Webhook;

/// <summary>Text up to a length. A loop within a loop can make much of little; it ends here.</summary>
internal sealed class LimitedWriter(int most) : StringWriter(System.Globalization.CultureInfo.InvariantCulture)
{
    /// <inheritdoc />
    public override Encoding Encoding => Encoding.UTF8;

    /// <summary>Whether a failure says that the text became too long.</summary>
    public static bool IsFull(Exception? error) => error is not null && (error is FullException || IsFull(error.InnerException));

    /// <inheritdoc />
    public override void Write(char value)
    {
        Need(1);
        base.Write(value);
    }

    /// <inheritdoc />
    public override void Write(string? value)
    {
        Need(value?.Length ?? 0);
        base.Write(value);
    }

    /// <inheritdoc />
    public override void Write(char[] buffer, int index, int count)
    {
        Need(count);
        base.Write(buffer, index, count);
    }

    /// <inheritdoc />
    public override void Write(ReadOnlySpan<char> buffer)
    {
        Need(buffer.Length);
        base.Write(buffer);
    }

    private void Need(int count)
    {
        if (GetStringBuilder().Length + count > most)
        {
            throw new FullException();
        }
    }

    private sealed class FullException() : IOException("The text is too long.");
}
