package vdsgen_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/vdsgen/vdsgen/internal/oracle"
)

// userModule is a module as somebody has it who follows a page: the commands that get vdsgen from the network are carried out already, with
// this checkout in place of a release.
type userModule struct {
	t    *testing.T
	dir  string
	env  []string
	last string // standard output of the last command
}

func newUserModule(t *testing.T, name string) *userModule {
	t.Helper()
	if _, err := exec.LookPath("sh"); err != nil {
		oracle.Missing(t, "sh", err) // the commands of the pages are those of a POSIX shell
	}
	root := oracle.ModuleRoot()
	u := &userModule{t: t, dir: t.TempDir()}
	mod, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	text := strings.Replace(string(mod), "module "+module+"\n", "module "+name+"\n", 1)
	text += fmt.Sprintf("\nrequire %[1]s v0.0.0\n\nreplace %[1]s => %[2]s\n", module, root)
	u.write("go.mod", text)
	sum, err := os.ReadFile(filepath.Join(root, "go.sum"))
	if err != nil {
		t.Fatal(err)
	}
	u.write("go.sum", string(sum))
	bin := t.TempDir()
	build := exec.CommandContext(t.Context(), "go", "build", "-o", filepath.Join(bin, "vdsgen"), "./cmd/vdsgen")
	build.Dir = root
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	u.env = append(os.Environ(), "PATH="+bin+string(os.PathListSeparator)+os.Getenv("PATH"), "GOWORK=off", "GOFLAGS=-mod=mod")
	return u
}

func (u *userModule) write(name, text string) {
	u.t.Helper()
	path := filepath.Join(u.dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		u.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
		u.t.Fatal(err)
	}
}

// done are beginnings of commands that newUserModule stands for, or that are about a checkout of vdsgen.
var done = []string{"go mod init ", "go get ", "go install ", "make ", "mkdir beamline "}

// fails is what the comment of a command says that does not end well.
const fails = "exit status 1"

// sh runs the commands of a block, a line each. They must end as their comments say.
func (u *userModule) sh(commands string) {
	u.t.Helper()
	for line := range strings.Lines(commands) {
		command, comment, _ := strings.Cut(strings.TrimSpace(line), " #")
		if command == "" || strings.HasPrefix(command, "#") || slices.ContainsFunc(done, func(p string) bool { return strings.HasPrefix(command, p) }) {
			continue
		}
		cmd := exec.CommandContext(u.t.Context(), "sh", "-c", command)
		cmd.Dir, cmd.Env = u.dir, u.env
		var stdout, stderr bytes.Buffer
		cmd.Stdout, cmd.Stderr = &stdout, &stderr
		err := cmd.Run()
		if failed := err != nil; failed != strings.Contains(comment, fails) {
			u.t.Fatalf("$ %s\n%v\n%s%s", command, err, stdout.Bytes(), stderr.Bytes())
		}
		u.last = stdout.String() + stderr.String()
	}
}

// run follows a page: it writes the files, runs commands and excerpts, and compares what is said to be printed. changed is the text of a
// block, and what is run in its place; before is what the excerpts of the page take for granted, one after another. It returns the blocks that
// say nothing of their kind, which are for the caller to check.
func (u *userModule) run(page string, changed *strings.Replacer, before []string, imports importsOf) (plain []block) {
	u.t.Helper()
	excerpts := 0
	for _, b := range blocks(u.t, page) {
		text := changed.Replace(b.text)
		switch {
		case b.file != "":
			u.write(b.file, text)
		case b.kind == "sh":
			u.sh(text)
		case b.kind == "go" && excerpts < len(before):
			name := fmt.Sprintf("excerpt%d", excerpts+1)
			u.write(name+"/main.go", program(u.t, text, before[excerpts], imports))
			u.sh("go run ./" + name)
			excerpts++
		case b.kind == "text":
			if strings.TrimSpace(u.last) != strings.TrimSpace(text) {
				u.t.Errorf("%s:%d: the page says\n%sand it is\n%s", page, b.line, text, u.last)
			}
		case b.kind == "":
			plain = append(plain, b)
		default:
			u.t.Errorf("%s:%d: a block of %q that is neither a file nor run", page, b.line, b.kind)
		}
	}
	if excerpts != len(before) {
		u.t.Errorf("%s has %d excerpts of programs, and %d are known", page, excerpts, len(before))
	}
	return plain
}

// The tutorial is followed word by word.
func TestTutorial(t *testing.T) {
	u := newUserModule(t, "example.com/beamline")
	plain := u.run(filepath.Join("docs", "tutorial.md"), strings.NewReplacer(), []string{`
ctx := context.Background()
r, err := lambda.OpenLambda(ctx, "run_master.h5")
`}, importsOf{"lambda": "example.com/beamline/lambda"})
	if len(plain) > 0 {
		t.Errorf("line %d: a block that is neither a file nor run", plain[0].line)
	}
	for _, name := range []string{"lambda.png", "coverage.png", "part.npy"} {
		if info, err := os.Stat(filepath.Join(u.dir, name)); err != nil || info.Size() == 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
	u.sh("go vet ./...")
}

// The README is followed at a smaller size.
func TestReadme(t *testing.T) {
	u := newUserModule(t, "example.com/twins")
	plain := u.run("README.md", strings.NewReplacer("Frames: 1000", "Frames: 20", "frames=1000", "frames=20"), []string{`
ctx, dir := context.Background(), "."
frames := make([]uint16, 20*512*640)
other, err := twins.CreateTwinsCamera(ctx, dir, twins.TwinsParams{Prefix: "scan7", Frames: 20}, 1)
err = other.Append(frames)
err = other.Close()
`, `
ctx := context.Background()
f, err := vds.Open(ctx, "scan7_vds.h5")
d, err := vds.OpenDataset[uint16](ctx, f, "/entry/data/data")
values := make([]uint16, 512*640)
layout := vds.NewLayout[uint16]([]int{20, 512, 640})
err = layout.Map(nil, vds.NewSource("scan7_1.h5", "/entry/data", []int{20, 512, 640}))
`}, importsOf{"twins": "example.com/twins/twins"})
	u.sh("go vet ./...")

	layout, err := os.ReadFile(filepath.Join(u.dir, "twins", "layout.yaml"))
	if err != nil || len(plain) != 1 {
		t.Fatalf("%d mistakes in layouts are shown; %v", len(plain), err)
	}
	u.write("twins/layout.yaml", strings.Replace(string(layout), "tile: camera", "tile: cammera", 1))
	u.sh("vdsgen generate ./... # " + fails)
	if u.last != plain[0].text {
		t.Errorf("README.md:%d: the page says\n%sand it is\n%s", plain[0].line, plain[0].text, u.last)
	}
}

// buildCommand is how the README of an example says to build it without compiling anything.
var buildCommand = regexp.MustCompile("`(vdsgen build [^`]*)`")

// The excerpts in the READMEs of the examples compile, and their commands run.
func TestExampleReadmes(t *testing.T) {
	u := newUserModule(t, "example.com/detectors")
	pages, err := filepath.Glob(filepath.Join("examples", "generated", "*", "README.md"))
	if err != nil || len(pages) < 14 {
		t.Fatalf("%d pages: %v", len(pages), err)
	}
	for _, page := range pages {
		name := filepath.Base(filepath.Dir(page))
		imports := importsOf{name: module + "/examples/generated/" + name}
		for i, b := range blocks(t, page) {
			if b.kind != "go" {
				t.Errorf("%s:%d: a block of %q", page, b.line, b.kind)
				continue
			}
			before := "ctx, dir, name := context.Background(), \".\", \"vds.h5\"\n_, _, _ = ctx, dir, name\n"
			u.write(fmt.Sprintf("%s%d/main.go", name, i), program(t, b.text, before, imports))
		}
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		commands := buildCommand.FindAllStringSubmatch(string(text), -1)
		if len(commands) == 0 {
			t.Errorf("%s does not say how it is built without compiling anything", page)
		}
		for _, m := range commands {
			folder, err := filepath.Abs(filepath.Dir(page))
			if err != nil {
				t.Fatal(err)
			}
			u.sh("cd '" + folder + "' && " + m[1] + " -o '" + filepath.Join(u.dir, name+".h5") + "'")
		}
	}
	u.sh("go vet ./...")
}

// The page for people who come from h5py says the same twice: the script and the layout make the same mappings, and the layout comes back out of the file.
func TestFromH5py(t *testing.T) {
	u := newUserModule(t, "example.com/stripes")
	var script string
	for _, b := range blocks(t, filepath.Join("docs", "from-h5py.md")) {
		switch b.kind {
		case "python":
			script = b.text
		case "yaml":
			u.write("layout.yaml", b.text)
		case "sh":
			if err := os.Mkdir(filepath.Join(u.dir, "h5py"), 0o777); err != nil {
				t.Fatal(err)
			}
			oracle.H5py(t, filepath.Join(u.dir, "h5py"), "import h5py\nprefix, frames = 'run7', 1000\n"+script)
			u.sh(b.text)
		default:
			t.Errorf("line %d: a block of %q", b.line, b.kind)
		}
	}
	u.sh("vdsgen build found.yaml -o again.h5")
	want := oracle.VirtualSources(t, filepath.Join(u.dir, "h5py", "run7_vds.h5"), "/data")
	for _, name := range []string{"run7_vds.h5", "again.h5"} {
		if got := oracle.VirtualSources(t, filepath.Join(u.dir, name), "/data"); got != want {
			t.Errorf("%s has\n%s, the script makes\n%s", name, got, want)
		}
	}
}
