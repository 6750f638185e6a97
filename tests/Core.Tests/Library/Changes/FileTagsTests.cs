using RescaleInterlink.Core.Tests.Platform;
using RescaleInterlink.Errors;
using RescaleInterlink.Library;
using RescaleInterlink.Platform;
using RescaleInterlink.Testing;

namespace RescaleInterlink.Core.Tests.Library.Changes;

/// <summary>Tags of files.</summary>
public class FileTagsTests
{
    [Fact]
    public async Task Tags_are_set_by_their_difference_and_added_before_any_goes()
    {
        await using var server = ScriptedServer.InTurn(static reply => reply.JsonAsync(204, ""), static reply => reply.JsonAsync(403, "{}"));
        using var client = Clients.For(server);
        var change = FileTags.Change([new Tag("Old", "old"), new Tag("Kept", "kept")], ["kept", " new ", "other", "NEW", " "]);
        Assert.Equal(["new", "other"], change.Add);
        Assert.Equal(["Old"], change.Remove);
        Assert.True(FileTags.Change([new Tag("a", "a")], ["A"]).IsNothing);
        await Assert.ThrowsAsync<RescaleException>(() => FileTags.ApplyAsync(client.Files, "f1", change, default));
        // The second addition failed; nothing has gone.
        Assert.Equal(["POST", "POST"], server.Requests.Select(static request => request.Method));
    }
}
