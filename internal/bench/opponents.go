package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
)

// program is one that takes part: its arguments are those of testdata/bench/driver.c.
type program struct {
	name    string // with the version
	prefix  []string
	ours    bool
	library bool // libhdf5 used from C: what ratios are taken to
}

// debianPlugins is where Debian's packages of filter plugins lie.
const debianPlugins = "/usr/lib/%s-linux-gnu/hdf5/serial/plugins"

// bringPrograms builds and looks for everything that takes part. Only h5py must be there, which also makes the data.
func (b *run) bringPrograms(ctx context.Context) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	b.vdsgen = filepath.Join(b.dir, "vdsgen")
	if out, err := b.command(ctx, "go", "build", "-o", b.vdsgen, "./cmd/vdsgen").CombinedOutput(); err != nil {
		return fmt.Errorf("building vdsgen: %w\n%s", err, out)
	}
	b.programs = append(b.programs, program{name: "vdsgen", prefix: []string{self, driveCommand}, ours: true})

	if err := b.bringLibraries(ctx); err != nil {
		return err
	}
	h5py := []string{b.python, filepath.Join(b.root, scripts, "driver.py")}
	out, err := b.command(ctx, h5py[0], h5py[1], "version").Output()
	if err != nil {
		return fmt.Errorf("h5py makes the data and checks what is built, and %s does not run it (make oracles): %w", b.python, err)
	}
	versions := strings.Fields(string(out))
	if len(versions) != 3 {
		return fmt.Errorf("driver.py version says %q", out)
	}
	b.about.note("h5py", fmt.Sprintf("%s with HDF5 %s, NumPy %s", versions[0], versions[1], versions[2]))
	b.h5py = program{name: "h5py " + versions[0], prefix: h5py}
	b.programs = append(b.programs, b.h5py)
	return b.bringPlugins(ctx)
}

// scripts is the folder of what is not written in Go.
const scripts = "testdata/bench"

// bringLibraries compiles driver.c against the libhdf5 that is installed, and brings newer ones where that is wished.
func (b *run) bringLibraries(ctx context.Context) error {
	const build = `cc -O2 -o "$0" "$1" $(pkg-config --cflags --libs hdf5) -lz`
	driver := filepath.Join(b.dir, "driver")
	out, err := b.command(ctx, "bash", "-c", build, driver, filepath.Join(scripts, "driver.c")).CombinedOutput()
	if err == nil {
		err = b.addLibrary(ctx, driver)
	}
	if err != nil {
		b.about.note("libhdf5", fmt.Sprintf("none: driver.c does not build or run (%v), so that ratios are to h5py", err))
		fmt.Fprintf(os.Stderr, "bench: without libhdf5 from C: %v\n%s\n", err, out)
	}
	for _, release := range b.newer {
		dir := filepath.Join(b.dir, "libhdf5-"+release)
		if _, err := os.Stat(filepath.Join(dir, "complete")); err != nil {
			fmt.Fprintf(os.Stderr, "bench: fetching libhdf5 of %s\n", release)
		}
		if out, err := b.command(ctx, filepath.Join(b.root, scripts, "libhdf5.sh"), release, dir).CombinedOutput(); err != nil {
			return fmt.Errorf("libhdf5 of %s: %w\n%s", release, err, out)
		}
		if err := b.addLibrary(ctx, filepath.Join(dir, "driver")); err != nil {
			return err
		}
	}
	return nil
}

func (b *run) addLibrary(ctx context.Context, driver string) error {
	out, err := b.command(ctx, driver, "version").Output()
	if err != nil {
		return fmt.Errorf("%s version: %w", driver, err)
	}
	b.programs = append(b.programs, program{name: "libhdf5 " + strings.TrimSpace(string(out)), prefix: []string{driver}, library: true})
	return nil
}

// bringPlugins compiles the filter plugin for machines that have AVX2. Elsewhere Debian's is the one to be had.
func (b *run) bringPlugins(ctx context.Context) error {
	arch := map[string]string{"amd64": "x86_64", "arm64": "aarch64"}[runtime.GOARCH]
	b.plugins = map[string]string{pluginDebian: fmt.Sprintf(debianPlugins, arch)}
	dir := filepath.Join(b.dir, "plugin")
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return err
	}
	const build = `cc -O3 -mavx2 -shared -fPIC -o "$0" "$1" $(pkg-config --cflags hdf5) -l:liblz4.a`
	out, err := b.command(ctx, "bash", "-c", build, filepath.Join(dir, "libbitshuffle_avx2.so"), filepath.Join(scripts, "bitshuffle_avx2.c")).CombinedOutput()
	if flags, _ := os.ReadFile("/proc/cpuinfo"); err == nil && strings.Contains(string(flags), " avx2 ") {
		b.plugins[pluginAVX2] = dir
		b.about.note("bitshuffle plugin", "testdata/bench/bitshuffle_avx2.c with Debian's liblz4, where nothing else is said")
		return nil
	}
	b.plugins[pluginAVX2] = b.plugins[pluginDebian]
	b.about.note("bitshuffle plugin", "Debian's: one with AVX2 cannot be built or run here")
	fmt.Fprintf(os.Stderr, "bench: without the AVX2 plugin: %v\n%s\n", err, out)
	return nil
}

// command is a command that runs in the folder of the module.
func (b *run) command(ctx context.Context, name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = b.root
	return cmd
}
