using RescaleInterlink.Configuration;

namespace RescaleInterlink.Core.Tests.Configuration;

public class ConfigurationPlacesTests
{
    [Fact]
    public void Unix_uses_the_go_tools_folder_whatever_xdg_says()
    {
        var places = Places(windows: false, ("HOME", "/home/u"), ("XDG_CONFIG_HOME", "/xdg"));
        Assert.Equal(("/home/u/.config/rescale/config.csv", "/home/u/.config/rescale/token", "/home/u/.config/rescale/apiconfig"), (places.ConfigurationFile, places.TokenFile, places.ProfileFile));
        Assert.Equal(["/home/u/.config/rescale/token", "/home/u/.config/rescale-int/token"], places.TokenFiles);
    }

    [Fact]
    public void Windows_keeps_the_profiles_in_the_roaming_folder()
    {
        var places = Places(windows: true, ("LOCALAPPDATA", "/local"), ("APPDATA", "/roaming"));
        Assert.Equal(Path.Combine("/local", "Rescale", "Interlink", "config.csv"), places.ConfigurationFile);
        Assert.Equal(Path.Combine("/roaming", "Rescale", "Interlink", "apiconfig"), places.ProfileFile);
        Assert.Equal(Path.Combine("/u", "AppData", "Local", "Rescale", "Interlink"), Places(windows: true, ("USERPROFILE", "/u")).Folder);
    }

    [Theory]
    [InlineData("/x/my.csv", "/x/my.csv", "/home/u/.config/rescale/apiconfig")]
    [InlineData("/x/my.CSV", "/x/my.CSV", "/home/u/.config/rescale/apiconfig")]
    [InlineData("/x/apiconfig", "/home/u/.config/rescale/config.csv", "/x/apiconfig")]
    public void The_variable_names_one_of_the_two_files(string value, string configuration, string profiles)
    {
        var places = Places(windows: false, ("HOME", "/home/u"), (ConfigurationPlaces.FileVariable, value));
        Assert.Equal((Path.GetFullPath(configuration), Path.GetFullPath(profiles)), (Path.GetFullPath(places.ConfigurationFile), Path.GetFullPath(places.ProfileFile)));
        Assert.Equal("/home/u/.config/rescale/token", places.TokenFile);
    }

    [Fact]
    public void The_whole_folder_can_be_moved()
    {
        var places = Places(windows: false, ("HOME", "/home/u"), (ConfigurationPlaces.FolderVariable, "/moved"));
        Assert.Equal(("/moved/config.csv", "/moved/token", "/moved/apiconfig"), (places.ConfigurationFile, places.TokenFile, places.ProfileFile));
        Assert.Equal("/moved/config.interlink.json", ConfigurationPlaces.OwnFileOf(places.ConfigurationFile));
    }

    private static ConfigurationPlaces Places(bool windows, params (string Name, string Value)[] variables)
        => new(name => variables.FirstOrDefault(v => v.Name == name).Value, windows);
}
