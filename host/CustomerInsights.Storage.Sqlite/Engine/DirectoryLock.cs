using System.Globalization;
using System.Text;
using System.Text.Json;

namespace CustomerInsights.Storage.Sqlite.Engine;

/// <summary>
/// One process owns a data directory. <c>host.lock</c> is held with an exclusive lock of the operating system, which ends with the process however it
/// ends. Who holds it stands in <c>host.owner</c> beside it, because a file that is locked so cannot be read on every system.
/// </summary>
internal sealed class DirectoryLock : IDisposable
{
    private readonly FileStream _lock;
    private readonly string _owner;

    private DirectoryLock(FileStream @lock, string owner) => (_lock, _owner) = (@lock, owner);

    public static DirectoryLock Take(string directory, TimeProvider time)
    {
        var owner = Path.Combine(directory, "host.owner");
        FileStream stream;
        try
        {
            stream = new FileStream(Path.Combine(directory, "host.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            throw InUse(directory, owner);
        }

        var text = JsonSerializer.Serialize(new Owner(Environment.ProcessId, time.GetUtcNow()));
        stream.SetLength(0);
        stream.Write(Encoding.UTF8.GetBytes(text));
        stream.Flush();
        File.WriteAllText(owner, text);
        return new DirectoryLock(stream, owner);
    }

    public void Dispose()
    {
        File.Delete(_owner);
        _lock.Dispose();
    }

    private static StoreInUseException InUse(string directory, string ownerFile)
    {
        Owner? owner = null;
        try
        {
            owner = JsonSerializer.Deserialize<Owner>(File.ReadAllText(ownerFile));
        }
        catch (Exception error) when (error is IOException or JsonException or UnauthorizedAccessException)
        {
            // The owner has only just begun or is ending: the message then does without its number.
        }

        var who = owner is null
            ? "another process"
            : string.Create(CultureInfo.InvariantCulture, $"process {owner.Pid} (since {owner.StartedAt:yyyy-MM-dd HH:mm:ss}Z)");
        return new StoreInUseException($"The data directory '{directory}' is in use by {who}. Stop it, or give this one another directory.", owner?.Pid);
    }

    private sealed record Owner(int Pid, DateTimeOffset StartedAt);
}
