using CustomerInsights.Sdk;

namespace CustomerInsights.Plugins.Context;

/// <summary>The connection's secrets; what is opened or replaced is remembered for redaction.</summary>
internal sealed class RedactingSecrets(ISecrets inner, RevealedSecrets revealed) : ISecrets
{
    public async ValueTask<string> RevealAsync(SecretReference reference, CancellationToken cancellationToken)
    {
        var value = await inner.RevealAsync(reference, cancellationToken);
        revealed.Add(value);
        return value;
    }

    public ValueTask UpdateAsync(SecretReference reference, string value, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(value);
        revealed.Add(value);
        return inner.UpdateAsync(reference, value, cancellationToken);
    }
}
