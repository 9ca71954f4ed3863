using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using CustomerInsights.Sdk;

namespace Mutants;

/// <summary>Sends people to a server, batch by batch; the server knows a batch again by its key.</summary>
public sealed class PostExport : IExportTarget
{
    public ExportDescriptor Describe(ReadOnlyMemory<byte> configuration) =>
        new(ExportMembership.Difference, ExportVisibility.Stepwise) { MaxBatch = 100, Idempotent = true };

    public ValueTask<CheckResult> CheckAsync(ReadOnlyMemory<byte> configuration, IPluginContext context, CancellationToken cancellationToken) =>
        new(new CheckResult([new CheckItem("Settings", Ok: true)]));

    public async ValueTask<IExportSession> OpenAsync(ReadOnlyMemory<byte> configuration, ExportJob job, IPluginContext context, CancellationToken cancellationToken)
    {
        var options = MutantOptions.Read(configuration);
        var client = options.Is("W10") ? new HttpClient() : context.Http.CreateClient();
        client.BaseAddress = options.Url;
        if (options.Key is { } key)
        {
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", await context.Secrets.RevealAsync(key, cancellationToken));
        }

        return new Session(options, job, client, context.Clock);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private sealed class Session(MutantOptions options, ExportJob job, HttpClient client, TimeProvider clock) : IExportSession
    {
        public async ValueTask<IReadOnlyList<MemberOutcome>> WriteAsync(string batchId, IReadOnlyList<ExportMember> members, CancellationToken cancellationToken)
        {
            if (!job.DryRun || options.Is("W09"))
            {
                foreach (var member in members)
                {
                    await SendAsync(batchId, member, cancellationToken);
                }
            }

            return [.. members.Select(_ => MemberOutcome.Accepted)];
        }

        public ValueTask<ExportReceipt> CommitAsync(CancellationToken cancellationToken) => new(new ExportReceipt("Sent."));

        public ValueTask AbortAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

        public ValueTask DisposeAsync()
        {
            client.Dispose();
            return ValueTask.CompletedTask;
        }

        // A person has an address of their own, so that what is put there again takes the place of what was before.
        private async Task SendAsync(string batchId, ExportMember member, CancellationToken cancellationToken)
        {
            using var request = new HttpRequestMessage(member.Change == MemberChange.Removed ? HttpMethod.Delete : HttpMethod.Put, "/people/" + member.ProfileId);
            if (!options.Is("W03"))
            {
                request.Headers.Add("Idempotency-Key", $"{job.RunId} {batchId} {member.ProfileId}");
            }

            request.Content = new StringContent(JsonSerializer.Serialize(string.Join(' ', member.Values), MutantJson.Default.String), Encoding.UTF8, "application/json");
            using var response = await client.SendAsync(request, cancellationToken);
            if (response.StatusCode != HttpStatusCode.TooManyRequests || !options.Is("W10"))
            {
                response.ThrowIfFailed(clock, "/url");
            }
        }
    }
}
